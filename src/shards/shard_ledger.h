// What the finished shards of a run left behind, whoever did them.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "output/output_folder.h"
#include "output/records_json.h"
#include "output/shard_manifest.h"
#include "parquet/tables.h"
#include "shards/shard_writer.h"
#include "verger/moments.h"
#include "verger/status.h"

namespace verger {

// Lists "by shard" are in the order of their numbers.
struct WrittenShards {
  Counts counts;
  std::set<std::string> files;              // every file written, by its name below the output
  std::vector<std::string> features_parts;  // by shard
  std::vector<PartInfo> projections;        // by shard; only where they are projected at once
  std::optional<MomentsTree> moments;       // only where they are not
};

// Thread-safe.
class ShardLedger {
 public:
  // `numbers`: of all shards of the result, ascending. `width`: of the features. `projected`: each
  // shard is projected at once by a saved model, and its moments are of no use.
  ShardLedger(std::vector<std::size_t> numbers, int width, bool projected);

  // A shard is finished. Its moments, when they are not given, are read from `output`.
  Status enter(const OutputFolder& output, FinishedShard shard);

  // When every shard was entered: writes an empty rejected table if nothing was rejected, since a
  // table without a single part cannot be read.
  Result<WrittenShards> finish(const OutputFolder& output, const std::string& uuid);

 private:
  std::size_t position(std::size_t number) const;
  Result<Moments> read_moments(const OutputFolder& output, const ShardManifest& manifest) const;

  const std::vector<std::size_t> numbers_;
  const int width_;
  std::mutex mutex_;
  WrittenShards written_;  // guarded by mutex_
};

}  // namespace verger
