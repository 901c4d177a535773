// SPDX-License-Identifier: Apache-2.0
// The parts of the features table, row by row (docs/formats.md).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "parquet/part_writer.h"
#include "parquet/row_group.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Writes one part, as the rows arrive: path string, label string, features list<float>. Holds a
// row group in memory. Nothing is visible before finish(). Not thread-safe.
class FeaturesPartWriter {
 public:
  static Result<FeaturesPartWriter> open(Store& output, const std::string& name);
  Status add(const FeatureRows& rows);
  Result<PartInfo> finish();

 private:
  explicit FeaturesPartWriter(PartWriter part) : part_(std::move(part)) {}
  Status write(const RowGroup& group);

  PartWriter part_;
  RowGrouper rows_;
};

// A part of rows that are all at hand.
Result<PartInfo> write_features_part(Store& output, const std::string& name,
                                     const FeatureRows& rows);

// Reads one part as visit_features_part() does, a few hundred rows when they are asked for. Not
// thread-safe.
class FeaturesPartReader {
 public:
  // `store` is borrowed.
  static Result<FeaturesPartReader> open(const Store& store, const std::string& name,
                                         std::size_t width);

  // The next rows, in place of what `rows` holds: `most` of them, fewer or none at the end.
  Status next(FeatureRows& rows, std::size_t most = kRowGroupRows);

  // The same of an open file; next() may throw what the Parquet library throws.
  class Rows {
   public:
    virtual ~Rows() = default;
    virtual const std::string& place() const = 0;
    virtual Status next(FeatureRows& rows, std::size_t most) = 0;
  };
  explicit FeaturesPartReader(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}

 private:
  std::unique_ptr<Rows> rows_;
};

}  // namespace verger
