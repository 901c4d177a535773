// SPDX-License-Identifier: Apache-2.0
// How far something is, as people read it: what the program and Python's loops show alike.
#pragma once

#include <cstdint>
#include <string>

namespace verger {

struct ProgressReading {
  std::string stage{};  // "extract"
  std::string unit{};   // what is counted, one of it; "": nothing, the time alone is told
  int64_t done = 0;
  int64_t total = 0;  // 0: unknown
  int64_t rejected = 0;
  double rate = 0;    // units a second
  double eta_s = -1;  // negative: unknown
  double elapsed_s = 0;
};

// "extract  500/1,000 images  100/s  ETA 5.0 s  2 rejected"; the rest stands behind two spaces.
std::string progress_text(const ProgressReading& reading);
// "extract  1,000 images in 20 s  50.0/s  3 rejected"
std::string finished_text(const ProgressReading& reading);

std::string format_duration(double seconds);  // 0.4 s, 8 min 3 s, 2 h 5 min
std::string format_rate(double per_second);   // 0.42, 47.3, 1,234

}  // namespace verger
