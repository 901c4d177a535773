// SPDX-License-Identifier: Apache-2.0
// The images being worked on, block by block.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/lazy_vector.h"
#include "plan/shards.h"
#include "verger/image.h"
#include "verger/status.h"

namespace verger {

// Neighbouring images of a shard, whose rows are being filled in: row i belongs to image begin + i,
// so that the order of completion leaves no trace.
struct OpenBlock {
  OpenBlock(std::size_t in_shard, std::size_t first, std::size_t past_last, std::size_t width)
      : shard(in_shard),
        begin(first),
        end(past_last),
        features(size() * width),
        rejections(size()),
        remaining(size()) {}

  std::size_t size() const { return end - begin; }

  struct Rejected {
    Rejection rejection;
    int64_t length;
  };

  const std::size_t shard;  // position among the shards
  const std::size_t begin;  // images [begin, end) of the source
  const std::size_t end;
  LazyVector<float> features;
  std::vector<std::optional<Rejected>> rejections;
  std::atomic<std::size_t> remaining;  // images
  bool full = false;                   // guarded by OpenBlocks
};

// Lays shards out in blocks, and gives back the full ones of each shard in their order. The rows
// that are open bound the memory, whatever a shard's size. Thread-safe.
class OpenBlocks {
 public:
  struct Limits {
    std::size_t block_rows = 1;
    std::size_t rows = 1;    // in all open blocks together; one block may always be open
    std::size_t shards = 1;  // whose blocks are laid out in turns
    std::size_t width = 1;   // values a row
  };

  // `shards`: borrowed, none empty.
  OpenBlocks(std::span<const Shard> shards, const Limits& limits);

  // The next block, when there is room for it; it stays open until it was handed over. None at the
  // end, or once stopped.
  OpenBlock* next();

  // A block is full. Hands it over when those of its shard before it were, and those after it that
  // waited for it; a shard's blocks by one thread at a time. Stops at the first error.
  using HandOver = std::function<Status(OpenBlock&)>;
  Status full(OpenBlock& block, const HandOver& hand_over);

  void stop();

 private:
  struct Layout {
    std::size_t shard;
    std::size_t begin;  // where the next block begins
  };
  struct Pending {
    std::deque<std::unique_ptr<OpenBlock>> blocks;  // in order
    bool handing_over = false;
  };

  std::size_t next_rows() const;
  void go_on(Layout layout);

  const std::span<const Shard> shards_;
  const Limits limits_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable has_room_;
  std::deque<Layout> layouts_;              // the next block is of the first of them
  std::size_t next_shard_ = 0;              // behind them
  std::map<std::size_t, Pending> pending_;  // by shard
  std::size_t rows_ = 0;                    // open
  bool stopped_ = false;
};

}  // namespace verger
