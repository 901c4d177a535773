// SPDX-License-Identifier: Apache-2.0
#include "storage/sorted_list.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <utility>

#include "base/status_macros.h"
#include "storage/row_file.h"

namespace verger {

namespace {

std::size_t list_memory = std::size_t{16} << 20;  // bytes

constexpr std::size_t kBlocksASample = 64;
constexpr std::size_t kBlocksKept = 128;  // A block has 256 rows, some 30 kB.

}  // namespace

void set_list_memory(std::size_t bytes) { list_memory = bytes; }

// Rows in a file, block by block.
class SortedList::Filed {
 public:
  explicit Filed(RowFile file) : file_(std::move(file)) {}

  Status append(std::span<const ListRow> rows) {
    if (begins_.size() % kBlocksASample == 0) samples_.push_back(rows.front().key);
    begins_.push_back(file_.size());
    return file_.append(rows);
  }

  ListRow row(std::size_t row) {
    const auto block = this->block(row / kRowsABlock);
    const std::size_t at = row % kRowsABlock;
    return block && at < block->size() ? (*block)[at] : ListRow{};
  }

  std::size_t lower_bound(std::string_view key, std::size_t size) {
    // The row is in the sample before the first that begins with the key or above, or begins that.
    const auto above = std::ranges::lower_bound(samples_, key);
    const auto sample = static_cast<std::size_t>(above - samples_.begin());
    constexpr std::size_t kRowsASample = kBlocksASample * kRowsABlock;
    std::size_t low = sample == 0 ? 0 : (sample - 1) * kRowsASample;
    std::size_t high = std::min(sample * kRowsASample, size);
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (row(middle).key < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Status failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  using Rows = std::shared_ptr<const std::vector<ListRow>>;
  struct Kept {
    Rows rows;
    uint64_t used = 0;
  };

  Rows block(std::size_t number) {
    const std::lock_guard lock(mutex_);
    if (const auto entry = kept_.find(number); entry != kept_.end()) {
      entry->second.used = ++clock_;
      return entry->second.rows;
    }
    auto read = file_.read(begins_[number]);
    if (!read.ok()) {
      if (failure_.ok()) failure_ = std::move(read).error();
      return nullptr;
    }
    if (kept_.size() == kBlocksKept) {
      kept_.erase(
          std::ranges::min_element(kept_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    auto rows = std::make_shared<const std::vector<ListRow>>(std::move(read->rows));
    kept_[number] = {rows, ++clock_};
    return rows;
  }

  RowFile file_;
  std::vector<int64_t> begins_;       // where the blocks begin
  std::vector<std::string> samples_;  // the first key of every 64th block

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::size_t, Kept> kept_;
  uint64_t clock_ = 0;
  Status failure_;
};

SortedList::SortedList() = default;
SortedList::SortedList(SortedList&& other) noexcept = default;
SortedList& SortedList::operator=(SortedList&& other) noexcept = default;
SortedList::~SortedList() = default;

SortedList::SortedList(std::vector<ListRow> rows) : size_(rows.size()), rows_(std::move(rows)) {}

ListRow SortedList::operator[](std::size_t row) const {
  assert(row < size_);
  return filed_ ? filed_->row(row) : rows_[row];
}

std::size_t SortedList::lower_bound(std::string_view key) const {
  if (filed_) return filed_->lower_bound(key, size_);
  const auto position = std::ranges::lower_bound(rows_, key, {}, &ListRow::key);
  return static_cast<std::size_t>(position - rows_.begin());
}

Status SortedList::check() const { return filed_ ? filed_->failure() : Status(); }

// Sorted runs, one behind the other in a file.
class SortedListBuilder::Runs {
 public:
  explicit Runs(RowFile file) : file_(std::move(file)) {}

  Status append(std::span<const ListRow> rows) {
    begins_.push_back(file_.size());
    for (; !rows.empty(); rows = rows.subspan(std::min(kRowsABlock, rows.size()))) {
      VERGER_RETURN_IF_ERROR(file_.append(rows.first(std::min(kRowsABlock, rows.size()))));
    }
    return {};
  }

  // Calls `visit(ListRow)`, which returns a Status, for the rows of all runs, in order.
  template <class Visit>
  Status merge(const Visit& visit) {
    std::vector<Cursor> cursors;
    for (std::size_t run = 0; run < begins_.size(); ++run) {
      const bool last = run + 1 == begins_.size();
      cursors.push_back({.next = begins_[run], .end = last ? file_.size() : begins_[run + 1]});
    }
    const auto later = [](const Cursor* a, const Cursor* b) { return a->row() > b->row(); };
    std::priority_queue<Cursor*, std::vector<Cursor*>, decltype(later)> heap(later);
    for (Cursor& cursor : cursors) {
      VERGER_RETURN_IF_ERROR(load(cursor));
      heap.push(&cursor);
    }
    while (!heap.empty()) {
      Cursor* cursor = heap.top();
      heap.pop();
      VERGER_RETURN_IF_ERROR(visit(std::move(cursor->rows[cursor->at])));
      ++cursor->at;
      VERGER_RETURN_IF_ERROR(load(*cursor));
      if (cursor->at < cursor->rows.size()) heap.push(cursor);
    }
    return {};
  }

 private:
  struct Cursor {
    int64_t next;  // block
    int64_t end;
    std::vector<ListRow> rows{};
    std::size_t at = 0;
    const ListRow& row() const { return rows[at]; }
  };

  Status load(Cursor& cursor) const {
    if (cursor.at < cursor.rows.size() || cursor.next == cursor.end) return {};
    VERGER_ASSIGN_OR_RETURN(RowFile::Block block, file_.read(cursor.next));
    cursor.rows = std::move(block.rows);
    cursor.at = 0;
    cursor.next = block.end;
    return {};
  }

  RowFile file_;
  std::vector<int64_t> begins_;
};

SortedListBuilder::SortedListBuilder() = default;
SortedListBuilder::SortedListBuilder(SortedListBuilder&& other) noexcept = default;
SortedListBuilder& SortedListBuilder::operator=(SortedListBuilder&& other) noexcept = default;
SortedListBuilder::~SortedListBuilder() = default;

Status SortedListBuilder::add(ListRow row) {
  bytes_ += sizeof(ListRow) + row.key.capacity();
  rows_.push_back(std::move(row));
  return bytes_ < list_memory ? Status() : spill();
}

Status SortedListBuilder::spill() {
  if (!runs_) {
    VERGER_ASSIGN_OR_RETURN(RowFile file, RowFile::create());
    runs_ = std::make_unique<Runs>(std::move(file));
  }
  std::ranges::sort(rows_);
  VERGER_RETURN_IF_ERROR(runs_->append(rows_));
  rows_.clear();
  bytes_ = 0;
  return {};
}

Result<SortedList> SortedListBuilder::finish(
    const std::function<Status(const std::string& key)>& twice) {
  std::optional<std::string> before;
  const auto look = [&](const ListRow& row) -> Status {
    if (!twice) return {};
    if (before == row.key) VERGER_RETURN_IF_ERROR(twice(row.key));
    before = row.key;
    return {};
  };
  SortedList list;
  if (!runs_) {
    std::ranges::sort(rows_);
    for (const ListRow& row : rows_) VERGER_RETURN_IF_ERROR(look(row));
    return SortedList(std::move(rows_));
  }
  if (!rows_.empty()) VERGER_RETURN_IF_ERROR(spill());
  rows_ = {};
  VERGER_ASSIGN_OR_RETURN(RowFile file, RowFile::create());
  list.filed_ = std::make_unique<SortedList::Filed>(std::move(file));
  std::vector<ListRow> block;
  const auto keep = [&](ListRow row) -> Status {
    VERGER_RETURN_IF_ERROR(look(row));
    block.push_back(std::move(row));
    ++list.size_;
    if (block.size() < kRowsABlock) return {};
    VERGER_RETURN_IF_ERROR(list.filed_->append(block));
    block.clear();
    return {};
  };
  VERGER_RETURN_IF_ERROR(runs_->merge(keep));
  if (!block.empty()) VERGER_RETURN_IF_ERROR(list.filed_->append(block));
  runs_.reset();
  return list;
}

}  // namespace verger
