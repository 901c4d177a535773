// The one worker: images → features, shard by shard. Local threads and cluster tasks drive it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "parquet/tables.h"
#include "pipeline/image_source.h"
#include "pipeline/observer.h"
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

// Where the threads of an extraction spent their time, summed over the threads; wall time in
// nanoseconds, but for decode_ns, which is CPU time.
struct StageTimes {
  int64_t fetch_ns = 0;    // readers: reading images
  int64_t held_ns = 0;     // readers: waiting until workers took what was read
  int64_t starved_ns = 0;  // workers: waiting for an image
  int64_t decode_ns = 0;   // workers: decode, resize, normalise
  int64_t infer_ns = 0;    // workers: the network
  int64_t write_ns = 0;    // workers: handing finished shards to the sink
  int64_t bytes = 0;       // of the images read
  int64_t reader_count = 0;
  int64_t worker_count = 0;
  int64_t wall_ns = 0;  // from the first thread's start to the last one's end
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
