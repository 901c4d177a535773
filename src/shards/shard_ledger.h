// SPDX-License-Identifier: Apache-2.0
// What the finished shards of a run left behind, whoever did them.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "output/output_folder.h"
#include "output/records_json.h"
#include "output/shard_manifest.h"
#include "parquet/tables.h"
#include "shards/shard_moments.h"
#include "shards/shard_writer.h"
#include "verger/status.h"

namespace verger {

// Lists "by shard" are in the order of their numbers.
struct WrittenShards {
  Counts counts;
  std::set<std::string> files;              // every file written, by its name below the output
  std::vector<std::string> features_parts;  // by shard
  std::vector<PartInfo> projections;        // by shard; only where they are projected at once
  std::unique_ptr<ShardMoments> moments;    // null where they are
};

// Thread-safe.
class ShardLedger {
 public:
  // `numbers`: of all shards of the result, ascending. `moments`: of as many; null when each shard
  // is projected at once by a saved model, and its moments are of no use. Borrows `output`.
  ShardLedger(const OutputFolder& output, std::vector<std::size_t> numbers,
              std::unique_ptr<ShardMoments> moments);

  // A shard is finished.
  Status enter(FinishedShard shard);

  // When every shard was entered: writes an empty rejected table if nothing was rejected, since a
  // table without a single part cannot be read.
  Result<WrittenShards> finish(const std::string& uuid);

 private:
  std::size_t position(std::size_t number) const;

  const OutputFolder& output_;
  const std::vector<std::size_t> numbers_;
  std::mutex mutex_;
  WrittenShards written_;  // guarded by mutex_
};

}  // namespace verger
