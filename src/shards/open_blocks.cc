// SPDX-License-Identifier: Apache-2.0
#include "shards/open_blocks.h"

#include <algorithm>
#include <utility>

#include "base/wait.h"

namespace verger {

OpenBlocks::OpenBlocks(std::span<const Shard> shards, const Limits& limits)
    : shards_(shards), limits_(limits) {
  while (next_shard_ < std::min(limits.shards, shards.size())) {
    layouts_.push_back({next_shard_, shards[next_shard_].begin});
    ++next_shard_;
  }
}

std::size_t OpenBlocks::next_rows() const {
  const Layout& layout = layouts_.front();
  return std::min(limits_.block_rows, shards_[layout.shard].end - layout.begin);
}

OpenBlock* OpenBlocks::next() {
  std::unique_lock lock(mutex_);
  await(has_room_, lock, [&] {
    return stopped_ || layouts_.empty() || rows_ == 0 || rows_ + next_rows() <= limits_.rows;
  });
  if (stopped_ || layouts_.empty()) return nullptr;
  const std::size_t rows = next_rows();
  Layout layout = layouts_.front();
  layouts_.pop_front();
  auto& blocks = pending_[layout.shard].blocks;
  blocks.push_back(
      std::make_unique<OpenBlock>(layout.shard, layout.begin, layout.begin + rows, limits_.width));
  OpenBlock* block = blocks.back().get();
  rows_ += rows;
  layout.begin += rows;
  go_on(layout);
  return block;
}

// The shard's next block has its turn after those of the others; at its end another shard comes in.
void OpenBlocks::go_on(Layout layout) {
  if (layout.begin < shards_[layout.shard].end) {
    layouts_.push_back(layout);
  } else if (next_shard_ < shards_.size()) {
    layouts_.push_back({next_shard_, shards_[next_shard_].begin});
    ++next_shard_;
  }
}

Status OpenBlocks::full(OpenBlock& block, const HandOver& hand_over) {
  std::unique_lock lock(mutex_);
  block.full = true;
  Pending& pending = pending_[block.shard];
  if (pending.handing_over) return {};  // that thread finds it
  pending.handing_over = true;
  while (!pending.blocks.empty() && pending.blocks.front()->full) {
    auto next = std::move(pending.blocks.front());
    pending.blocks.pop_front();
    lock.unlock();
    Status taken = hand_over(*next);
    const std::size_t shard = next->shard;
    const std::size_t rows = next->size();
    const bool last = next->end == shards_[shard].end;
    next.reset();
    lock.lock();
    rows_ -= rows;
    has_room_.notify_all();
    if (last) pending_.erase(shard);
    if (last || !taken.ok()) return taken;
  }
  pending.handing_over = false;
  return {};
}

void OpenBlocks::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  has_room_.notify_all();
}

}  // namespace verger
