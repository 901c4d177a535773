// Features are read by Parquet's levels rather than as Arrow arrays: whatever wrote the list, and
// however it named and typed it, its leaf is one column of numbers, where a repetition level of 0
// begins a row and a definition level below the highest is a null (or an empty list).
#include <parquet/column_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "parquet/part_file.h"
#include "parquet/tables.h"

namespace verger {

namespace {

constexpr std::size_t kBatch = 8192;

std::string row_text(std::size_t row) { return "row " + std::to_string(row) + " (from 0)"; }

// One leaf column of one row group, read in batches.
template <class Type>
class Leaf {
 public:
  using Value = Type::c_type;

  Leaf(parquet::RowGroupReader& group, int column)
      : reader_(std::dynamic_pointer_cast<parquet::TypedColumnReader<Type>>(group.Column(column))),
        highest_(reader_->descr()->max_definition_level()),
        definition_(kBatch, highest_),  // stays so where the reader gives none: a required column
        repetition_(kBatch, 0),
        values_(std::make_unique<Value[]>(kBatch)) {}

  // Reads the next batch; false at the end.
  bool next() {
    if (!reader_->HasNext()) return false;
    int64_t values = 0;
    levels_ = static_cast<std::size_t>(
        reader_->ReadBatch(kBatch, definition_.data(), repetition_.data(), values_.get(), &values));
    return levels_ > 0;
  }

  std::size_t size() const { return levels_; }
  bool starts_row(std::size_t i) const { return repetition_[i] == 0; }
  bool is_null(std::size_t i) const { return definition_[i] < highest_; }
  const Value& value(std::size_t i) const { return values_[i]; }  // before the batch's first null

 private:
  std::shared_ptr<parquet::TypedColumnReader<Type>> reader_;
  int16_t highest_;
  std::vector<int16_t> definition_;
  std::vector<int16_t> repetition_;
  std::unique_ptr<Value[]> values_;
  std::size_t levels_ = 0;
};

// The only leaf below a top-level column; none when it is absent or has several.
std::optional<int> leaf_of(const parquet::SchemaDescriptor& schema, const std::string& name) {
  std::optional<int> found;
  for (int column = 0; column < schema.num_columns(); ++column) {
    if (schema.GetColumnRoot(column)->name() != name) continue;
    if (found) return std::nullopt;
    found = column;
  }
  return found;
}

class FeaturesReader {
 public:
  FeaturesReader(parquet::ParquetFileReader& file, std::string place, std::size_t width)
      : file_(file), place_(std::move(place)) {
    rows_.width = width;
  }

  Result<FeatureRows> read() {
    VERGER_ASSIGN_OR_RETURN(const int path, string_column("path"));
    VERGER_ASSIGN_OR_RETURN(const int label, string_column("label"));
    VERGER_ASSIGN_OR_RETURN(const int features, features_column());
    const bool doubles = descriptor(features).physical_type() == parquet::Type::DOUBLE;
    for (int number = 0; number < file_.metadata()->num_row_groups(); ++number) {
      const auto group = file_.RowGroup(number);
      VERGER_RETURN_IF_ERROR(read_strings(*group, path, "path", rows_.path));
      VERGER_RETURN_IF_ERROR(read_strings(*group, label, "label", rows_.label));
      VERGER_RETURN_IF_ERROR(doubles ? read_features<parquet::DoubleType>(*group, features)
                                     : read_features<parquet::FloatType>(*group, features));
      if (rows_.label.size() != rows_.size() || row_count_ != rows_.size()) {
        return error("its columns are of unequal length");
      }
    }
    if (file_.metadata()->num_rows() != static_cast<int64_t>(rows_.size())) {
      return error("it holds another number of rows than it says");
    }
    return std::move(rows_);
  }

 private:
  Status error(const std::string& cause) const { return part_error(place_, cause); }

  const parquet::ColumnDescriptor& descriptor(int column) const {
    return *file_.metadata()->schema()->Column(column);
  }

  Result<int> string_column(const std::string& name) const {
    const auto column = leaf_of(*file_.metadata()->schema(), name);
    if (column && descriptor(*column).physical_type() == parquet::Type::BYTE_ARRAY &&
        descriptor(*column).max_repetition_level() == 0) {
      return *column;
    }
    return error("it has no column '" + name + "' of strings");
  }

  Result<int> features_column() const {
    const auto column = leaf_of(*file_.metadata()->schema(), "features");
    if (column && descriptor(*column).max_repetition_level() == 1) {
      const auto type = descriptor(*column).physical_type();
      if (type == parquet::Type::FLOAT || type == parquet::Type::DOUBLE) return *column;
    }
    return error("it has no column 'features' of lists of float or double");
  }

  Status read_strings(parquet::RowGroupReader& group, int column, const char* name,
                      std::vector<std::string>& to) const {
    Leaf<parquet::ByteArrayType> leaf(group, column);
    while (leaf.next()) {
      for (std::size_t i = 0; i < leaf.size(); ++i) {
        if (leaf.is_null(i))
          return error("'" + std::string(name) + "' is null in " + row_text(to.size()));
        to.emplace_back(std::string_view(leaf.value(i)));
      }
    }
    return {};
  }

  template <class Type>
  Status read_features(parquet::RowGroupReader& group, int column) {
    Leaf<Type> leaf(group, column);
    std::size_t length = 0;  // of the row being read
    bool in_row = false;
    while (leaf.next()) {
      for (std::size_t i = 0; i < leaf.size(); ++i) {
        if (leaf.starts_row(i)) {
          if (in_row) VERGER_RETURN_IF_ERROR(end_row(length));
          in_row = true;
          length = 0;
        }
        if (leaf.is_null(i)) {
          return error("'features' is null, empty or holds a null in " + row_text(row_count_));
        }
        const auto feature = static_cast<float>(leaf.value(i));
        if (!std::isfinite(feature)) {
          return error("'features' holds a value that is no finite float in " +
                       row_text(row_count_));
        }
        rows_.features.push_back(feature);
        ++length;
      }
    }
    return in_row ? end_row(length) : Status();
  }

  Status end_row(std::size_t length) {
    if (rows_.width == 0) rows_.width = length;
    if (length != rows_.width) {
      return error("'features' has " + std::to_string(length) + " values in place of " +
                   std::to_string(rows_.width) + " in " + row_text(row_count_));
    }
    ++row_count_;
    return {};
  }

  parquet::ParquetFileReader& file_;
  const std::string place_;
  FeatureRows rows_;
  std::size_t row_count_ = 0;  // complete rows of rows_.features
};

}  // namespace

Result<FeatureRows> read_features_part(const Store& store, const std::string& name,
                                       std::size_t width) {
  return read_part_file(store, name, [&](parquet::ParquetFileReader& file) {
    return FeaturesReader(file, store.display_path(name), width).read();
  });
}

}  // namespace verger
