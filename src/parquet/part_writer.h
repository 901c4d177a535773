// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "parquet/columns.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/status.h"

namespace parquet::arrow {
class FileWriter;
}  // namespace parquet::arrow

namespace verger {

class HashingStream;

// Rows a row group: what is held in memory at once while a part is written.
inline constexpr std::size_t kRowGroupRows = 256;

// Writes one part file, row group by row group, on the caller's thread. The same rows give the same
// bytes. Nothing is visible before finish().
class PartWriter {
 public:
  static Result<PartWriter> open(Store& output, const std::string& name,
                                 std::span<const Column> columns);
  PartWriter(PartWriter&& other) noexcept;
  PartWriter& operator=(PartWriter&& other) noexcept;
  ~PartWriter();

  // Writes one row group: an array a column, of equal length.
  Status write(const std::vector<ArrayResult>& columns);

  Result<PartInfo> finish();

 private:
  PartWriter(std::string name, std::string place, std::unique_ptr<PendingFile> file);

  std::string name_;
  std::string place_;
  int64_t rows_ = 0;
  // An unfinished writer still writes to its stream when it is destroyed: keep this order.
  std::unique_ptr<PendingFile> file_;
  std::shared_ptr<HashingStream> stream_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

}  // namespace verger
