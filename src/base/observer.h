// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/stage_times.h"

namespace verger {

// What a stage has that counts, but does not know up to what.
inline constexpr int64_t kUnknownTotal = -1;
// A stage that counts nothing and may take long, of which the time that it has taken is told.
inline constexpr int64_t kUncounted = -2;

// What the pipeline tells whoever watches it. The default hears nothing. Thread-safe by contract:
// advanced() and spent() are called from every thread of an extraction.
class Observer {
 public:
  virtual ~Observer() = default;
  // `total`: how much there is to advance by; 0 of a stage that has nothing to do.
  virtual void stage_started(std::string_view /*name*/, int64_t /*total*/) {}
  virtual void advanced(int64_t /*done*/, int64_t /*rejected*/) {}
  virtual void stage_finished() {}
  virtual void listed(int64_t /*images*/) {}   // what INPUT holds, once that is known
  virtual void resumed(int64_t /*images*/) {}  // an earlier run finished them
  // One thread's time and bytes since it told of them last.
  virtual void spent(const StageTimes& /*more*/) {}
  virtual void note(std::string_view /*sentence*/) {}
  virtual void warning(std::string_view /*sentence*/) {}
};

}  // namespace verger
