// SPDX-License-Identifier: Apache-2.0
// What the service tells of itself to Prometheus (docs/serve.md).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/exposition.h"

namespace verger {

// Thread-safe.
class ServeMetrics {
 public:
  // A reply was sent. `route`: one of a few names.
  void replied(std::string_view route, int status);
  // A request for an answer was done, so long after it had come whole.
  void answered(std::chrono::duration<double> time);
  // Photographs of such a request.
  void photographs(int64_t answered, int64_t rejected);

  void add_to(Exposition& exposition) const;

 private:
  static constexpr std::array kBounds = {0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                         0.25,   0.5,   1.0,  2.5,   5.0,  10.0};  // seconds

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, int64_t> replies_;
  std::array<int64_t, kBounds.size() + 1> times_{};
  double seconds_ = 0;
  int64_t photographs_ = 0;
  int64_t rejected_ = 0;
};

}  // namespace verger
