// SPDX-License-Identifier: Apache-2.0
// What lies between the threads that read images and those that work on them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"
#include "base/byte_budget.h"
#include "base/lap.h"
#include "base/stage_times.h"
#include "input/image_source.h"
#include "shards/open_blocks.h"
#include "verger/status.h"

namespace verger {

// One image on its way from storage to the network.
struct Fetched {
  OpenBlock* block;         // which it is in
  std::size_t image;        // position in the source
  ByteBudget::Claim claim;  // on the memory that its bytes take
  Result<std::vector<uint8_t>> bytes;
};

// Images of one block that are read together.
struct Run {
  OpenBlock* block;
  std::vector<std::size_t> images;  // positions in the source
};

// Puts the images of a run into the queue, within the budget, and tells after each what its thread
// spent on reading it and on waiting for room.
class QueueSink final : public ImageSink {
 public:
  using Spend = std::function<void(const StageTimes&)>;

  QueueSink(ByteBudget& budget, BoundedQueue<Fetched>& queue, Spend spend)
      : budget_(budget), queue_(queue), spend_(std::move(spend)) {}

  void start(const Run& run) { run_ = &run; }

  bool reserve(int64_t bytes) override {
    spent_.fetch_ns += lap_.ns();
    claim_.reset();
    if (auto claim = budget_.claim(static_cast<std::size_t>(std::max<int64_t>(bytes, 0)))) {
      claim_.emplace(*std::move(claim));
    }
    spent_.held_ns += lap_.ns();
    return claim_.has_value();
  }

  bool deliver(std::size_t index, Result<std::vector<uint8_t>> bytes) override {
    spent_.fetch_ns += lap_.ns();
    if (bytes.ok()) spent_.bytes += static_cast<int64_t>(bytes->size());
    Fetched fetched{run_->block, run_->images[index], *std::move(claim_), std::move(bytes)};
    claim_.reset();
    const bool taken = queue_.push(std::move(fetched));
    spent_.held_ns += lap_.ns();
    spend_(std::exchange(spent_, {}));
    return taken;
  }

 private:
  ByteBudget& budget_;
  BoundedQueue<Fetched>& queue_;
  const Spend spend_;
  StageTimes spent_;  // since the last telling
  Lap lap_;
  const Run* run_ = nullptr;
  std::optional<ByteBudget::Claim> claim_;
};

}  // namespace verger
