// SPDX-License-Identifier: Apache-2.0
// The moments of all shards: merged as they come, or, where they are many and made elsewhere, by a
// crew (docs/numerics.md).
#pragma once

#include <cstddef>
#include <mutex>
#include <variant>
#include <vector>

#include "output/shard_manifest.h"
#include "storage/store.h"
#include "verger/moments.h"
#include "verger/status.h"

namespace verger {

// At most so many moments are merged in one place: by the driver of a crew elsewhere, or by one of
// its orders. A power of two: then a group of so many neighbours is a node of MomentsTree's tree,
// so that merging groups, and what they gave by the same rule, gives the bits of the whole tree.
std::size_t merged_at_once();                 // 64
void set_merged_at_once(std::size_t number);  // for tests; before any run starts

// The moments themselves, or where they lie.
using MadeMoments = std::variant<Moments, StoredMoments>;

// Holds those of shards 0 … n − 1, or of groups of them. Thread-safe, but for finish().
class ShardMoments {
 public:
  // Reads features parts below `features` and moments below `output`; borrows both. `elsewhere`: a
  // crew could merge them.
  ShardMoments(const Store& features, const Store& output, int width, std::size_t shards,
               bool elsewhere);

  // Merges the shard's moments at once, reading them where only their place is known: kIo when
  // they are absent or damaged. What a crew is to merge is only noted. Each shard is added once.
  Status add(std::size_t shard, MadeMoments made);

  // Is a crew to merge them, by groups of neighbours? Then finish() has nothing.
  bool for_crew() const { return !stored_.empty(); }
  std::vector<std::vector<StoredMoments>> groups() const;

  int width() const { return width_; }
  std::size_t size() const { return shards_; }
  Result<Moments> finish() { return tree_.finish(); }

 private:
  Result<Moments> read(const StoredMoments& stored) const;

  const Store& features_;
  const Store& output_;
  const int width_;
  const std::size_t shards_;
  std::mutex mutex_;  // guards what follows
  MomentsTree tree_;
  std::vector<StoredMoments> stored_;  // by shard; of a crew's
};

}  // namespace verger
