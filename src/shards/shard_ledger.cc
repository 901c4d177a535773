#include "shards/shard_ledger.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "shards/features_table.h"

namespace verger {

ShardLedger::ShardLedger(std::vector<std::size_t> numbers, int width, bool projected)
    : numbers_(std::move(numbers)), width_(width) {
  written_.features_parts.resize(numbers_.size());
  if (projected) {
    written_.projections.resize(numbers_.size());
  } else {
    written_.moments.emplace(width, numbers_.size());
  }
}

std::size_t ShardLedger::position(std::size_t number) const {
  const auto found = std::ranges::lower_bound(numbers_, number);
  return static_cast<std::size_t>(found - numbers_.begin());
}

Status ShardLedger::enter(const OutputFolder& output, FinishedShard finished) {
  const ShardManifest& manifest = finished.manifest;
  const std::size_t shard = position(manifest.shard.number);
  const bool projected = !written_.moments;
  if (!projected && !finished.moments) {
    VERGER_ASSIGN_OR_RETURN(finished.moments, read_moments(output, manifest));
  }
  const std::lock_guard lock(mutex_);
  if (!projected) {
    VERGER_RETURN_IF_ERROR(written_.moments->add(shard, *std::move(finished.moments)));
  } else {
    written_.projections[shard] = *manifest.pca;
  }
  written_.files.insert(manifest.name());
  for (const PartInfo& file : manifest.files()) written_.files.insert(file.name);
  written_.features_parts[shard] = manifest.features.name;
  written_.counts += manifest.counts;
  return {};
}

Result<Moments> ShardLedger::read_moments(const OutputFolder& output,
                                          const ShardManifest& manifest) const {
  const Store& store = output.store();
  if (!manifest.moments) return moments_of_part(store, manifest.features.name, width_);
  return read_moments_file(store, manifest.moments->name);
}

Result<WrittenShards> ShardLedger::finish(const OutputFolder& output, const std::string& uuid) {
  if (written_.counts.rejected > 0) return std::move(written_);
  VERGER_ASSIGN_OR_RETURN(
      const auto part,
      write_rejected_part(output.store(), below(output.folders().rejected, part_file_name(0, uuid)),
                          {}));
  written_.files.insert(part.name);
  return std::move(written_);
}

}  // namespace verger
