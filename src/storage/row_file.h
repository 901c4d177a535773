// SPDX-License-Identifier: Apache-2.0
// Rows of a list in a temporary file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/sorted_list.h"
#include "verger/status.h"

namespace verger {

inline constexpr std::size_t kRowsABlock = 256;

// A file without a name, in the temporary folder: the system takes it back whatever becomes of the
// process. Rows are written in blocks, a row by what its key has not in common with the one before.
// Reading is thread-safe.
class RowFile {
 public:
  static Result<RowFile> create();
  RowFile(RowFile&& other) noexcept;
  RowFile& operator=(RowFile&& other) noexcept;
  ~RowFile();

  int64_t size() const { return size_; }

  // At most kRowsABlock rows, behind those that are there.
  Status append(std::span<const ListRow> rows);

  struct Block {
    std::vector<ListRow> rows;
    int64_t end = 0;  // where the next one begins
  };
  Result<Block> read(int64_t at) const;

 private:
  RowFile(int descriptor, std::string folder)
      : descriptor_(descriptor), folder_(std::move(folder)) {}

  int descriptor_ = -1;
  std::string folder_;
  int64_t size_ = 0;
};

}  // namespace verger
