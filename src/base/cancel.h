// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace verger {

// Asks a run to stop at the next image. Thread-safe; cancel() may be called by a signal handler.
class CancelToken {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace verger
