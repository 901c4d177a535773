// SPDX-License-Identifier: Apache-2.0
// Leaf columns of Parquet files, by levels: a repetition level of 0 begins a row, and a definition
// level below the highest is a null (or an empty list).
#pragma once

#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace verger {

// Whether one of `count` levels is a null or begins a row.
bool has_break(const int16_t* definition, const int16_t* repetition, std::size_t count,
               int16_t highest);

// One leaf column of one row group: a cursor over its values, which are read in batches.
template <class Type>
class Leaf {
 public:
  using Value = Type::c_type;

  Leaf(parquet::RowGroupReader& group, int column, std::size_t batch = 8192)
      : batch_(batch),
        reader_(std::dynamic_pointer_cast<parquet::TypedColumnReader<Type>>(group.Column(column))),
        highest_(reader_->descr()->max_definition_level()),
        definition_(batch, highest_),  // stays so where the reader gives none: a required column
        repetition_(batch, 0),
        values_(std::make_unique_for_overwrite<Value[]>(batch)) {}

  // Is there a value under the cursor? False at the end of the row group.
  bool valid() {
    if (at_ < levels_) return true;
    if (!reader_->HasNext()) return false;
    int64_t values = 0;
    levels_ = static_cast<std::size_t>(reader_->ReadBatch(static_cast<int64_t>(batch_),
                                                          definition_.data(), repetition_.data(),
                                                          values_.get(), &values));
    at_ = value_ = 0;
    return levels_ > 0;
  }
  void advance() {
    if (!is_null()) ++value_;
    ++at_;
  }
  // The values from the one under the cursor on that are at hand and of one row, at most `most` (at
  // least 1): only that one where a null or the begin of a row is among the next `most`.
  std::span<const Value> run(std::size_t most) const {
    const std::size_t count = std::min(most, levels_ - at_);
    const std::size_t next = at_ + 1;
    const bool breaks =
        has_break(definition_.data() + next, repetition_.data() + next, count - 1, highest_);
    return {values_.get() + value_, breaks ? 1 : count};
  }
  void advance_run(std::size_t count) {
    value_ += count;
    at_ += count;
  }
  // Passes over rows of a column that does not repeat; nothing that was read may be left over.
  void skip(int64_t rows) { reader_->Skip(rows); }

  bool starts_row() const { return repetition_[at_] == 0; }
  bool is_null() const { return definition_[at_] < highest_; }
  const Value& value() const { return values_[value_]; }  // when it is no null

 private:
  std::size_t batch_;
  std::shared_ptr<parquet::TypedColumnReader<Type>> reader_;
  int16_t highest_;
  std::vector<int16_t> definition_;
  std::vector<int16_t> repetition_;
  std::unique_ptr<Value[]> values_;
  std::size_t levels_ = 0;  // in this batch
  std::size_t at_ = 0;
  std::size_t value_ = 0;  // counts the batch's values, which leave nulls out
};

// The only leaf below a top-level column; none when it is absent or has several.
inline std::optional<int> leaf_of(const parquet::SchemaDescriptor& schema,
                                  const std::string& name) {
  std::optional<int> leaf;
  for (int column = 0; column < schema.num_columns(); ++column) {
    if (schema.GetColumnRoot(column)->name() != name) continue;
    if (leaf) return std::nullopt;
    leaf = column;
  }
  return leaf;
}

}  // namespace verger
