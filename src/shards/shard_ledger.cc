// SPDX-License-Identifier: Apache-2.0
#include "shards/shard_ledger.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace verger {

ShardLedger::ShardLedger(const OutputFolder& output, std::vector<std::size_t> numbers,
                         std::unique_ptr<ShardMoments> moments)
    : output_(output), numbers_(std::move(numbers)) {
  written_.features_parts.resize(numbers_.size());
  if (!moments) written_.projections.resize(numbers_.size());
  written_.moments = std::move(moments);
}

std::size_t ShardLedger::position(std::size_t number) const {
  const auto position = std::ranges::lower_bound(numbers_, number);
  return static_cast<std::size_t>(position - numbers_.begin());
}

Status ShardLedger::enter(FinishedShard finished) {
  const ShardManifest& manifest = finished.manifest;
  const std::size_t shard = position(manifest.shard.number);
  if (written_.moments) {
    MadeMoments made = StoredMoments{.features = manifest.features.name, .file = manifest.moments};
    if (finished.moments) made = *std::move(finished.moments);
    VERGER_RETURN_IF_ERROR(written_.moments->add(shard, std::move(made)));
  }
  const std::lock_guard lock(mutex_);
  if (!written_.moments) written_.projections[shard] = *manifest.pca;
  written_.files.insert(manifest.name());
  for (const PartInfo& file : manifest.files()) written_.files.insert(file.name);
  written_.features_parts[shard] = manifest.features.name;
  written_.counts += manifest.counts;
  return {};
}

Result<WrittenShards> ShardLedger::finish(const std::string& uuid) {
  if (written_.counts.rejected > 0) return std::move(written_);
  VERGER_ASSIGN_OR_RETURN(
      const auto part,
      write_rejected_part(output_.store(),
                          below(output_.folders().rejected, part_file_name(0, uuid)), {}));
  written_.files.insert(part.name);
  return std::move(written_);
}

}  // namespace verger
