// SPDX-License-Identifier: Apache-2.0
// What a thread's work takes of its processor.
#pragma once

#include <time.h>

#include <functional>

namespace verger {

// Milliseconds of CPU of this thread since it began.
inline double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

// Those that `work` takes.
inline double timed(const std::function<void()>& work) {
  const double start = cpu_ms();
  work();
  return cpu_ms() - start;
}

}  // namespace verger
