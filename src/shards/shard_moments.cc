// SPDX-License-Identifier: Apache-2.0
#include "shards/shard_moments.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "shards/features_table.h"

namespace verger {

namespace {

std::size_t at_once = 64;

Result<Moments> read_file(const Store& store, const PartInfo& file) {
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store.read(file.name));
  auto moments = Moments::deserialise(bytes);
  if (moments.ok() && sha256_hex(bytes) == file.sha256) return moments;
  const std::string why =
      moments.ok() ? "They are other moments than were written. Remove them to have them made anew."
                   : moments.error().message();
  return Status::io(store.shown(file.name) + ": " + why);
}

}  // namespace

std::size_t merged_at_once() { return at_once; }

void set_merged_at_once(std::size_t number) {
  assert(std::has_single_bit(number) && number > 1);
  at_once = number;
}

ShardMoments::ShardMoments(const Store& features, const Store& output, int width,
                           std::size_t shards, bool elsewhere)
    : features_(features), output_(output), width_(width), shards_(shards), tree_(width, shards) {
  if (elsewhere && shards > at_once) stored_.resize(shards);
}

Status ShardMoments::add(std::size_t shard, MadeMoments made) {
  auto* stored = std::get_if<StoredMoments>(&made);
  if (for_crew()) {
    assert(stored != nullptr && shard < shards_);
    const std::lock_guard lock(mutex_);
    stored_[shard] = std::move(*stored);
    return {};
  }
  if (stored != nullptr) {
    VERGER_ASSIGN_OR_RETURN(made, read(*stored));
  }
  const std::lock_guard lock(mutex_);
  return tree_.add(shard, std::get<Moments>(std::move(made)));
}

std::vector<std::vector<StoredMoments>> ShardMoments::groups() const {
  std::vector<std::vector<StoredMoments>> groups;
  for (std::size_t begin = 0; begin < shards_; begin += at_once) {
    const std::size_t end = std::min(begin + at_once, shards_);
    groups.emplace_back(stored_.begin() + static_cast<std::ptrdiff_t>(begin),
                        stored_.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return groups;
}

Result<Moments> ShardMoments::read(const StoredMoments& stored) const {
  if (!stored.file) return moments_of_part(features_, stored.features, width_);
  return read_file(output_, *stored.file);
}

}  // namespace verger
