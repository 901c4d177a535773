// SPDX-License-Identifier: Apache-2.0
// A long sorted list: in memory while it is short, in a temporary file beyond.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verger/status.h"

namespace verger {

// Rows are sorted by the bytes of the key, then by the numbers.
struct ListRow {
  std::string key;
  std::array<int64_t, 4> numbers{};

  auto operator<=>(const ListRow&) const = default;
};

// When its rows are in a file, it holds in memory where every 256th lies, every 16,384th key, and
// those that were looked at last: some 100 MB for a billion rows. Thread-safe.
class SortedList {
 public:
  SortedList();
  SortedList(SortedList&& other) noexcept;
  SortedList& operator=(SortedList&& other) noexcept;
  ~SortedList();

  // Takes rows that are in order already.
  explicit SortedList(std::vector<ListRow> rows);

  std::size_t size() const { return size_; }
  // Quickest in or near the order of the list. Of a file that cannot be read it is an empty row,
  // and check() tells.
  ListRow operator[](std::size_t row) const;
  // The first row whose key is not less than `key`, or size().
  std::size_t lower_bound(std::string_view key) const;

  // kIo when a row could not be read. Whoever relies on the rows asks when he has done with them.
  Status check() const;

 private:
  friend class SortedListBuilder;
  class Filed;

  std::size_t size_ = 0;
  std::vector<ListRow> rows_;
  std::unique_ptr<Filed> filed_;  // in place of rows_
};

// Sorts rows that come in any order. What does not fit into memory goes to temporary files in the
// folder TMPDIR, which no other process sees; they take the room of the list twice. Not
// thread-safe.
class SortedListBuilder {
 public:
  SortedListBuilder();
  SortedListBuilder(SortedListBuilder&& other) noexcept;
  SortedListBuilder& operator=(SortedListBuilder&& other) noexcept;
  ~SortedListBuilder();

  // kIo when the temporary folder is full or cannot be written to.
  Status add(ListRow row);

  // All rows, once. `twice`, if given, is asked what becomes of the list when it meets a key again.
  Result<SortedList> finish(const std::function<Status(const std::string& key)>& twice = {});

 private:
  class Runs;

  Status spill();

  std::vector<ListRow> rows_;
  std::size_t bytes_ = 0;  // that they take
  std::unique_ptr<Runs> runs_;
};

// How many bytes of rows are sorted in memory: for tests, before the first list.
void set_list_memory(std::size_t bytes);

}  // namespace verger
