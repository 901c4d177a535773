// SPDX-License-Identifier: Apache-2.0
// The one worker: images → features, shard by shard. Local threads and cluster tasks drive it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "base/stage_times.h"
#include "input/image_source.h"
#include "parquet/tables.h"
#include "plan/shards.h"
#include "verger/extractor.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Takes the rows of one shard, block by block: each in listing order, every image in one of the two
// tables. Called by one thread at a time.
class ShardSink {
 public:
  virtual ~ShardSink() = default;
  virtual Status add(FeatureRows features, std::vector<RejectedRow> rejected) = 0;
  virtual Status finish() = 0;  // that was the last of them
};

// Called from the workers' threads, for several shards at once.
using OpenSink = std::function<Result<std::unique_ptr<ShardSink>>(const Shard&)>;

std::size_t default_block_rows();       // 2048
void set_block_rows(std::size_t rows);  // for tests; before any run starts

struct WorkerOptions {
  ImageOptions image{};
  bool strict = false;
  int threads = 1;          // images worked on at once
  int reads_in_flight = 4;  // images being read at once
  // Rows a block. Blocks of 1280 features that are open take 10 MB each, and there are one more of
  // them than threads.
  std::size_t block_rows = default_block_rows();
};

// Reads the images of `shards` (none empty) ahead of the network, extracts their features on
// `options.threads` threads and hands them to each shard's sink as they are done. Memory is bounded
// by the images in flight and the blocks that are open. Stops at the first error (with `strict`, a
// rejection is one), or with kCancelled.
// `times`, when given, receives where all threads spent their time.
Status extract_shards(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                      const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                      const OpenSink& open, StageTimes* times = nullptr);

}  // namespace verger
