// SPDX-License-Identifier: Apache-2.0
// Where the threads of an extraction spend their time.
#pragma once

#include <cstdint>

namespace verger {

// Summed over the threads; wall time in nanoseconds, but for decode_ns, which is CPU time.
struct StageTimes {
  int64_t fetch_ns = 0;    // readers: reading images
  int64_t held_ns = 0;     // readers: waiting until workers took what was read
  int64_t starved_ns = 0;  // workers: waiting for an image
  int64_t decode_ns = 0;   // workers: decode, resize, normalise
  int64_t infer_ns = 0;    // workers: the network
  int64_t write_ns = 0;    // workers: handing finished shards to the sink
  int64_t bytes = 0;       // how much was read of the images
  int64_t reader_count = 0;
  int64_t worker_count = 0;
  int64_t wall_ns = 0;  // from the first thread's start to the last one's end

  // Adds what one thread spent: all but the counts of threads and the wall time.
  StageTimes& operator+=(const StageTimes& more) {
    fetch_ns += more.fetch_ns;
    held_ns += more.held_ns;
    starved_ns += more.starved_ns;
    decode_ns += more.decode_ns;
    infer_ns += more.infer_ns;
    write_ns += more.write_ns;
    bytes += more.bytes;
    return *this;
  }
};

}  // namespace verger
