// SPDX-License-Identifier: Apache-2.0
// Features are read by Parquet's levels rather than as Arrow arrays: whatever wrote the list, and
// however it named and typed it, its leaf is one column of numbers, where a repetition level of 0
// begins a row and a definition level below the highest is a null (or an empty list).
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "image/multiversion.h"
#include "parquet/features_part.h"
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

// A part of the pca table is read so many rows at a time: what one row leaves in the caches is
// taken on from there.
constexpr std::size_t kRowsInCache = 32;

// All as floats; false when one of them is no finite float.
template <class Number>
inline bool convert_finite(const Number* numbers, std::size_t count, float* to) {
  int not_finite = 0;
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = static_cast<float>(numbers[i]);
    not_finite |= std::abs(to[i]) <= std::numeric_limits<float>::max() ? 0 : 1;
  }
  return not_finite == 0;
}
VERGER_MULTIVERSION
bool to_finite(const float* numbers, std::size_t count, float* to) {
  return convert_finite(numbers, count, to);
}
VERGER_MULTIVERSION
bool to_finite(const double* numbers, std::size_t count, float* to) {
  return convert_finite(numbers, count, to);
}

template <class Number>
bool append_finite(std::span<const Number> numbers, LazyVector<float>& to) {
  const std::size_t size = to.size();
  to.resize(size + numbers.size());
  return to_finite(numbers.data(), numbers.size(), to.data() + size);
}

// `Number` is the physical type of the features.
template <class Number>
class FeaturesReader final : public FeaturesPartReader::Rows {
 public:
  FeaturesReader(std::unique_ptr<parquet::ParquetFileReader> file, const FeatureColumns& columns,
                 std::string name, std::string place, std::size_t width)
      : file_(std::move(file)),
        columns_(columns),
        name_(std::move(name)),
        place_(std::move(place)),
        width_(width) {}

  const std::string& place() const override { return place_; }

  Status next(FeatureRows& rows, std::size_t most) override {
    rows.clear();
    while (rows.size() < most && (in_a_group() || next_group())) {
      VERGER_RETURN_IF_ERROR(read_string(group_->path, "path", rows.path));
      VERGER_RETURN_IF_ERROR(read_string(group_->label, "label", rows.label));
      VERGER_RETURN_IF_ERROR(read_row(group_->features, rows.features));
      ++row_;
    }
    rows.width = width_;
    const bool end = rows.size() < most;
    if (!end || file_->metadata()->num_rows() == static_cast<int64_t>(row_)) return {};
    return error("it holds another number of rows than it says");
  }

 private:
  struct Group {
    std::shared_ptr<parquet::RowGroupReader> reader;
    Leaf<parquet::ByteArrayType> path;
    Leaf<parquet::ByteArrayType> label;
    Leaf<Number> features;
  };

  bool in_a_group() {
    return group_ && (group_->path.valid() || group_->label.valid() || group_->features.valid());
  }
  bool next_group() {
    while (next_group_ < file_->metadata()->num_row_groups()) {
      auto reader = file_->RowGroup(next_group_++);
      group_.emplace(Group{.reader = reader,
                           .path = {*reader, columns_.path, kRowGroupRows},
                           .label = {*reader, columns_.label, kRowGroupRows},
                           .features = {*reader, columns_.features}});
      if (in_a_group()) return true;
    }
    return false;
  }

  Status error(const std::string& cause) const { return part_error(place_, cause); }
  std::string row_text() const { return "row " + format_count(row_) + " (from 0)"; }

  Status read_string(Leaf<parquet::ByteArrayType>& leaf, const std::string& name,
                     std::vector<std::string>& to) const {
    if (!leaf.valid()) return error("its columns are of unequal length");
    if (leaf.is_null()) return error("'" + name + "' is null in " + row_text());
    to.emplace_back(std::string_view(leaf.value()));
    leaf.advance();
    return {};
  }

  Status read_row(Leaf<Number>& leaf, LazyVector<float>& to) {
    if (!leaf.valid()) return error("its columns are of unequal length");
    std::size_t length = 0;
    do {
      if (leaf.is_null()) {
        return error("'" + name_ + "' is null, empty or holds a null in " + row_text());
      }
      const auto some = leaf.run(width_ > length ? width_ - length : 1);
      if (!append_finite(some, to)) {
        return error("'" + name_ + "' holds a value that is no finite float in " + row_text());
      }
      length += some.size();
      leaf.advance_run(some.size());
    } while (leaf.valid() && !leaf.starts_row());
    if (width_ == 0) width_ = length;
    if (length == width_) return {};
    return error("'" + name_ + "' has " + format_count(length, "value") + " in place of " +
                 format_count(width_) + " in " + row_text());
  }

  const std::unique_ptr<parquet::ParquetFileReader> file_;
  const FeatureColumns columns_;
  const std::string name_;  // what the column of vectors is called
  const std::string place_;
  std::size_t width_;    // 0 until it is known
  std::size_t row_ = 0;  // which row of the part comes next
  int next_group_ = 0;
  std::optional<Group> group_;
};

Result<FeaturesPartReader> open_part(const Store& store, const std::string& name,
                                     const VectorColumn& vector, std::size_t width) {
  const std::string place = store.shown(name);
  return guard_part(place, [&]() -> Result<FeaturesPartReader> {
    VERGER_ASSIGN_OR_RETURN(auto file, open_part_file(store, name));
    const parquet::SchemaDescriptor& schema = *file->metadata()->schema();
    VERGER_ASSIGN_OR_RETURN(const FeatureColumns columns, find_columns(schema, vector, place));
    if (schema.Column(columns.features)->physical_type() == parquet::Type::DOUBLE) {
      return FeaturesPartReader(std::make_unique<FeaturesReader<parquet::DoubleType>>(
          std::move(file), columns, vector.name, place, width));
    }
    return FeaturesPartReader(std::make_unique<FeaturesReader<parquet::FloatType>>(
        std::move(file), columns, vector.name, place, width));
  });
}

Status visit(FeaturesPartReader part, std::size_t most, const RowsVisitor& visitor) {
  FeatureRows rows;
  while (true) {
    VERGER_RETURN_IF_ERROR(part.next(rows, most));
    if (rows.size() == 0) return {};
    VERGER_RETURN_IF_ERROR(visitor(rows));
  }
}

}  // namespace

Result<FeaturesPartReader> FeaturesPartReader::open(const Store& store, const std::string& name,
                                                    std::size_t width) {
  return open_part(store, name, {.name = "features"}, width);
}

Status FeaturesPartReader::next(FeatureRows& rows, std::size_t most) {
  return guard_part(rows_->place(), [&] { return rows_->next(rows, most); });
}

Status visit_features_part(const Store& store, const std::string& name, std::size_t width,
                           const RowsVisitor& visitor) {
  VERGER_ASSIGN_OR_RETURN(auto part, FeaturesPartReader::open(store, name, width));
  return visit(std::move(part), kRowGroupRows, visitor);
}

Status visit_pca_part(const Store& store, const std::string& name, Layout layout, std::size_t width,
                      const RowsVisitor& visitor) {
  const bool notebook = layout == Layout::kNotebook;
  const VectorColumn vector = {.name = notebook ? "features_pca" : "pca", .spark_ml = notebook};
  VERGER_ASSIGN_OR_RETURN(auto part, open_part(store, name, vector, width));
  return visit(std::move(part), kRowsInCache, visitor);
}

}  // namespace verger
