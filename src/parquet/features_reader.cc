// Features are read by Parquet's levels rather than as Arrow arrays: whatever wrote the list, and
// however it named and typed it, its leaf is one column of numbers, where a repetition level of 0
// begins a row and a definition level below the highest is a null (or an empty list).
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"
#include "parquet/part_writer.h"
#include "parquet/tables.h"

namespace verger {

namespace {

// The column of vectors to read: lists of numbers, or Spark ML's vectors.
struct VectorColumn {
  std::string name;
  bool spark_ml = false;
};

// Where the columns of the features table are among a file's leaves.
struct FeatureColumns {
  int path = 0;
  int label = 0;
  int features = 0;
};

Result<int> string_column(const parquet::SchemaDescriptor& schema, const std::string& name,
                          const std::string& place) {
  const auto column = leaf_of(schema, name);
  if (column && schema.Column(*column)->physical_type() == parquet::Type::BYTE_ARRAY &&
      schema.Column(*column)->max_repetition_level() == 0) {
    return *column;
  }
  return part_error(place, "it has no column '" + name + "' of strings");
}

// The numbers of Spark ML's vectors: the leaf below `name.values`.
std::optional<int> vector_leaf_of(const parquet::SchemaDescriptor& schema,
                                  const std::string& name) {
  for (int column = 0; column < schema.num_columns(); ++column) {
    const auto path = schema.Column(column)->path()->ToDotVector();
    if (path.size() > 2 && path[0] == name && path[1] == "values") return column;
  }
  return std::nullopt;
}

Result<FeatureColumns> find_columns(const parquet::SchemaDescriptor& schema,
                                    const VectorColumn& vector, const std::string& place) {
  FeatureColumns columns;
  VERGER_ASSIGN_OR_RETURN(columns.path, string_column(schema, "path", place));
  VERGER_ASSIGN_OR_RETURN(columns.label, string_column(schema, "label", place));
  const auto column =
      vector.spark_ml ? vector_leaf_of(schema, vector.name) : leaf_of(schema, vector.name);
  if (column && schema.Column(*column)->max_repetition_level() == 1) {
    columns.features = *column;
    const auto type = schema.Column(*column)->physical_type();
    if (type == parquet::Type::FLOAT || type == parquet::Type::DOUBLE) return columns;
  }
  return part_error(place, "it has no column '" + vector.name + "' of " +
                               (vector.spark_ml ? "dense vectors" : "lists of float or double"));
}

// `Number` is the physical type of the features.
template <class Number>
class FeaturesReader {
 public:
  FeaturesReader(parquet::ParquetFileReader& file, const FeatureColumns& columns, std::string name,
                 std::string place, std::size_t width)
      : file_(file), columns_(columns), name_(std::move(name)), place_(std::move(place)) {
    rows_.width = width;
  }

  Status visit(const RowsVisitor& visitor) {
    for (int number = 0; number < file_.metadata()->num_row_groups(); ++number) {
      const auto group = file_.RowGroup(number);
      Leaf<parquet::ByteArrayType> path(*group, columns_.path);
      Leaf<parquet::ByteArrayType> label(*group, columns_.label);
      Leaf<Number> features(*group, columns_.features);
      while (path.valid() || label.valid() || features.valid()) {
        VERGER_RETURN_IF_ERROR(read_string(path, "path", rows_.path));
        VERGER_RETURN_IF_ERROR(read_string(label, "label", rows_.label));
        VERGER_RETURN_IF_ERROR(read_row(features));
        ++row_;
        if (rows_.size() == kRowGroupRows) VERGER_RETURN_IF_ERROR(hand_over(visitor));
      }
    }
    if (file_.metadata()->num_rows() != static_cast<int64_t>(row_)) {
      return error("it holds another number of rows than it says");
    }
    return rows_.size() > 0 ? hand_over(visitor) : Status();
  }

 private:
  Status error(const std::string& cause) const { return part_error(place_, cause); }
  std::string row_text() const { return "row " + std::to_string(row_) + " (from 0)"; }

  Status hand_over(const RowsVisitor& visitor) {
    VERGER_RETURN_IF_ERROR(visitor(rows_));
    rows_.path.clear();
    rows_.label.clear();
    rows_.features.clear();
    return {};
  }

  Status read_string(Leaf<parquet::ByteArrayType>& leaf, const std::string& name,
                     std::vector<std::string>& to) const {
    if (!leaf.valid()) return error("its columns are of unequal length");
    if (leaf.is_null()) return error("'" + name + "' is null in " + row_text());
    to.emplace_back(std::string_view(leaf.value()));
    leaf.advance();
    return {};
  }

  Status read_row(Leaf<Number>& leaf) {
    if (!leaf.valid()) return error("its columns are of unequal length");
    std::size_t length = 0;
    do {
      if (leaf.is_null()) {
        return error("'" + name_ + "' is null, empty or holds a null in " + row_text());
      }
      const auto feature = static_cast<float>(leaf.value());
      if (!std::isfinite(feature)) {
        return error("'" + name_ + "' holds a value that is no finite float in " + row_text());
      }
      rows_.features.push_back(feature);
      ++length;
      leaf.advance();
    } while (leaf.valid() && !leaf.starts_row());
    if (rows_.width == 0) rows_.width = length;
    if (length == rows_.width) return {};
    return error("'" + name_ + "' has " + std::to_string(length) + " values in place of " +
                 std::to_string(rows_.width) + " in " + row_text());
  }

  parquet::ParquetFileReader& file_;
  const FeatureColumns columns_;
  const std::string name_;  // of the column of vectors
  const std::string place_;
  FeatureRows rows_;     // the batch being filled
  std::size_t row_ = 0;  // of the part
};

Status visit_part(const Store& store, const std::string& name, const VectorColumn& vector,
                  std::size_t width, const RowsVisitor& visitor) {
  return read_part_file(store, name, [&](parquet::ParquetFileReader& file) -> Status {
    const std::string place = store.display_path(name);
    const parquet::SchemaDescriptor& schema = *file.metadata()->schema();
    VERGER_ASSIGN_OR_RETURN(const FeatureColumns columns, find_columns(schema, vector, place));
    if (schema.Column(columns.features)->physical_type() == parquet::Type::DOUBLE) {
      return FeaturesReader<parquet::DoubleType>(file, columns, vector.name, place, width)
          .visit(visitor);
    }
    return FeaturesReader<parquet::FloatType>(file, columns, vector.name, place, width)
        .visit(visitor);
  });
}

}  // namespace

Status visit_features_part(const Store& store, const std::string& name, std::size_t width,
                           const RowsVisitor& visitor) {
  return visit_part(store, name, {.name = "features"}, width, visitor);
}

Status visit_pca_part(const Store& store, const std::string& name, Layout layout, std::size_t width,
                      const RowsVisitor& visitor) {
  const bool notebook = layout == Layout::kNotebook;
  return visit_part(store, name, {.name = notebook ? "features_pca" : "pca", .spark_ml = notebook},
                    width, visitor);
}

Result<FeatureRows> read_features_part(const Store& store, const std::string& name,
                                       std::size_t width) {
  FeatureRows all;
  all.width = width;
  VERGER_RETURN_IF_ERROR(visit_features_part(store, name, width, [&](const FeatureRows& rows) {
    all.width = rows.width;
    all.path.insert(all.path.end(), rows.path.begin(), rows.path.end());
    all.label.insert(all.label.end(), rows.label.begin(), rows.label.end());
    all.features.insert(all.features.end(), rows.features.begin(), rows.features.end());
    return Status();
  }));
  return all;
}

}  // namespace verger
