// SPDX-License-Identifier: Apache-2.0
#include "base/progress_text.h"

#include <algorithm>
#include <cmath>

#include "base/numbers.h"

namespace verger {

std::string format_duration(double seconds) {
  seconds = std::max(seconds, 0.0);
  if (seconds < 9.95) return format_fixed(seconds, 1) + " s";
  const int64_t whole = std::llround(seconds);
  if (whole < 60) return format_count(whole) + " s";
  const auto pair = [](int64_t large, const char* unit, int64_t small, const char* small_unit) {
    std::string text = format_count(large) + unit;
    return small == 0 ? text : text + ' ' + format_count(small) + small_unit;
  };
  if (whole < 3600) return pair(whole / 60, " min", whole % 60, " s");
  const int64_t minutes = std::llround(seconds / 60);
  return pair(minutes / 60, " h", minutes % 60, " min");
}

std::string format_rate(double per_second) {
  if (per_second >= 99.95) return format_count(std::llround(per_second));
  return format_fixed(per_second, per_second < 9.995 ? 2 : 1);
}

std::string progress_text(const ProgressReading& reading) {
  std::string text = reading.stage + "  ";
  if (reading.unit.empty()) return text + format_duration(reading.elapsed_s);
  if (reading.total > 0) text += format_count(reading.done) + '/';
  text += format_count(reading.total > 0 ? reading.total : reading.done, reading.unit) + "  " +
          format_rate(reading.rate) + "/s";
  if (reading.eta_s >= 0) text += "  ETA " + format_duration(reading.eta_s);
  return text + "  " + format_count(reading.rejected) + " rejected";
}

std::string finished_text(const ProgressReading& reading) {
  std::string text = reading.stage + "  ";
  if (reading.unit.empty()) return text + format_duration(reading.elapsed_s);
  text += format_count(reading.done, reading.unit) + " in " + format_duration(reading.elapsed_s) +
          "  " + format_rate(reading.rate) + "/s";
  return reading.rejected > 0 ? text + "  " + format_count(reading.rejected) + " rejected" : text;
}

}  // namespace verger
