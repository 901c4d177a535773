// SPDX-License-Identifier: Apache-2.0
// The tables on disk: one Parquet file a part, as Spark writes it (docs/formats.md).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/lazy_vector.h"
#include "storage/store.h"
#include "verger/image.h"
#include "verger/status.h"

namespace verger {

// Rows of the features table. features.size() == path.size() * width, row-major.
struct FeatureRows {
  std::vector<std::string> path;
  std::vector<std::string> label;
  LazyVector<float> features;
  std::size_t width = 0;
  std::size_t size() const { return path.size(); }

  void append(const FeatureRows& other, std::size_t row);  // `other` has this width
  void clear();                                            // leaves the width
};

// One row of the rejected table.
struct RejectedRow {
  std::string path;
  std::string label;
  RejectReason reason;
  std::string message;
  int64_t length = 0;  // bytes of the file; −1 when it could not be read
};

// What identifies a written part: recorded in manifests, checked by `inspect`.
struct PartInfo {
  std::string name;  // below the output, such as "features/part-00000-<uuid>-c000.snappy.parquet"
  int64_t rows = 0;
  int64_t bytes = 0;
  std::string sha256;
};

// "part-00007-<uuid>-c000.snappy.parquet"; the second attempt at a shard is c001, and so on.
std::string part_file_name(std::size_t number, const std::string& uuid, int attempt = 0);

// Writes one whole part and commits it; `name` is the file's name below the store. Its columns are
// path, label, reason and message, all strings, and length long. Parts of the other tables are
// written as their rows arrive (features_part.h, pca_part.h).
Result<PartInfo> write_rejected_part(Store& output, const std::string& name,
                                     std::span<const RejectedRow> rows);

// Takes the next rows of a part, in order, a few hundred at most; they are gone when it returns.
using RowsVisitor = std::function<Status(const FeatureRows&)>;

// Reads one part of a features table, written by verger or by Spark (list or large_list of float or
// double, any names of the list's element; other columns are ignored), in constant memory. Rows of
// unequal length or nulls are kIo. `width` 0 accepts any. Stops at the visitor's first error.
Status visit_features_part(const Store& store, const std::string& name, std::size_t width,
                           const RowsVisitor& visitor);
// The same of one part of a pca table of that layout; `features` are the components, as float.
Status visit_pca_part(const Store& store, const std::string& name, Layout layout, std::size_t width,
                      const RowsVisitor& visitor);

// Appends the rows of one rejected part to `rows`, until there are `most`.
Status read_rejected_part(const Store& store, const std::string& name, std::size_t most,
                          std::vector<RejectedRow>& rows);

// The schema of a part as text (one "name: type" a line) and its number of rows, for `inspect`.
struct PartSchema {
  std::vector<std::pair<std::string, std::string>> columns;
  int64_t rows = 0;
  std::string bad_text{};  // a column of strings that holds one that is no UTF-8; "" without one
};
Result<PartSchema> read_part_schema(const Store& store, const std::string& name);

}  // namespace verger
