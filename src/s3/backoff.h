// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace verger {

// Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): before
// retry n, counted from 0, the client sleeps for a random time up to min(10 s, 100 ms · 2ⁿ).
// Thread-safe.
inline constexpr std::chrono::milliseconds kShortestPause{100};
inline constexpr std::chrono::milliseconds kLongestPause{10'000};

inline std::chrono::milliseconds pause_before(int retry) {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto longest = std::min(kLongestPause, kShortestPause * (1 << std::clamp(retry, 0, 20)));
  using Draw = std::uniform_int_distribution<std::chrono::milliseconds::rep>;
  return std::chrono::milliseconds(Draw(0, longest.count())(random));
}

}  // namespace verger
