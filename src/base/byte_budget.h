// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

#include "base/wait.h"

namespace verger {

// Bounds the bytes that are held at once, whatever the number of holders. Thread-safe; outlives its
// claims.
class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes) : bytes_(bytes) {}

  // A share of the budget, given back at its end.
  class Claim {
   public:
    Claim(ByteBudget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}
    Claim(Claim&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim() {
      if (budget_ != nullptr) budget_->give_back(bytes_);
    }

   private:
    ByteBudget* budget_;
    std::size_t bytes_;
  };

  // Waits until there is room. A claim on more than the whole budget waits until it is alone.
  // Nothing after cancel().
  std::optional<Claim> claim(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    await(has_room_, lock, [&] { return cancelled_ || used_ == 0 || used_ + bytes <= bytes_; });
    if (cancelled_) return std::nullopt;
    used_ += bytes;
    return std::optional<Claim>(std::in_place, *this, bytes);
  }

  // Nobody waits any longer.
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    has_room_.notify_all();
  }

 private:
  void give_back(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
    has_room_.notify_all();
  }

  const std::size_t bytes_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::size_t used_ = 0;
  bool cancelled_ = false;
};

}  // namespace verger
