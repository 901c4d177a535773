// The one worker: images → features, shard by shard. Local threads and cluster tasks drive it.
#pragma once

#include <cstdint>
#include <functional>
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

// A finished shard. features.size() + rejected.size() == shard.size(), each in listing order.
struct ShardResult {
  Shard shard;
  FeatureRows features;
  std::vector<RejectedRow> rejected;
};

// Takes a finished shard; called from the workers' threads, for several shards at once.
using ShardSink = std::function<Status(ShardResult)>;

struct WorkerOptions {
  ImageOptions image{};
  bool strict = false;
  int threads = 1;          // images worked on at once
  int reads_in_flight = 4;  // images being read at once
};

// Reads the images of `shards` (none empty) ahead of the network, extracts their features on
// `options.threads` threads and hands each shard to `sink` when its last image is done. Memory is
// bounded by the images in flight and the few shards that they belong to. Stops at the first error
// (with `strict`, a rejection is one), or with kCancelled.
// `times`, when given, receives where all threads spent their time.
Status extract_shards(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                      const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                      const ShardSink& sink, StageTimes* times = nullptr);

}  // namespace verger
