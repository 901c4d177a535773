// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "verger/moments.h"

namespace verger {

MomentsTree::MomentsTree(int width, std::size_t shards)
    : width_(width), shards_(shards), added_(shards) {}

Status MomentsTree::add(std::size_t shard, Moments moments) {
  if (shard >= shards_) {
    return Status::invalid_argument("Shard " + format_count(shard) + " is not one of the " +
                                    format_count(shards_, "shard") + " to merge.");
  }
  if (added_[shard]) {
    return Status::invalid_argument("Shard " + format_count(shard) + " was merged already.");
  }
  if (moments.width() != width_) {
    return Status::invalid_argument("Shard " + format_count(shard) + " has " +
                                    format_count(moments.width(), "feature") + " where " +
                                    format_count(width_) + " were expected.");
  }
  added_[shard] = true;
  moments.close();
  std::size_t node = shard;
  std::size_t nodes = shards_;  // how many this level has
  for (int level = 0; nodes > 1; ++level, node /= 2, nodes = (nodes + 1) / 2) {
    const std::size_t neighbour = node ^ 1;
    if (neighbour >= nodes) continue;  // the last of an odd level rises alone
    auto waiting = waiting_.extract({level, neighbour});
    if (waiting.empty()) {
      waiting_.emplace(std::pair{level, node}, std::move(moments));
      return {};
    }
    // The left of the two takes in the right, whichever came first.
    if (neighbour < node) std::swap(moments, waiting.mapped());
    VERGER_RETURN_IF_ERROR(moments.merge(waiting.mapped()));
  }
  constexpr int kRoot = -1;
  waiting_.emplace(std::pair{kRoot, std::size_t{0}}, std::move(moments));
  return {};
}

Result<Moments> MomentsTree::finish() {
  for (std::size_t shard = 0; shard < shards_; ++shard) {
    if (added_[shard]) continue;
    return Status::invalid_argument("Shard " + format_count(shard) +
                                    " is missing from the moments.");
  }
  if (waiting_.empty()) return Moments(width_);
  assert(waiting_.size() == 1);
  return waiting_.begin()->second;
}

}  // namespace verger
