// SPDX-License-Identifier: Apache-2.0
#include "serve/serve_metrics.h"

#include <algorithm>

namespace verger {

void ServeMetrics::replied(std::string_view route, int status) {
  const std::lock_guard lock(mutex_);
  ++replies_[{std::string(route), status}];
}

void ServeMetrics::answered(std::chrono::duration<double> time) {
  const auto bound = std::ranges::lower_bound(kBounds, time.count());
  const std::lock_guard lock(mutex_);
  ++times_[static_cast<std::size_t>(bound - kBounds.begin())];
  seconds_ += time.count();
}

void ServeMetrics::photographs(int64_t answered, int64_t rejected) {
  const std::lock_guard lock(mutex_);
  photographs_ += answered;
  rejected_ += rejected;
}

void ServeMetrics::add_to(Exposition& exposition) const {
  const std::lock_guard lock(mutex_);
  exposition.family("verger_serve_replies_total", MetricType::kCounter, "Replies sent.");
  for (const auto& [what, count] : replies_) {
    exposition.sample({{"route", what.first}, {"status", std::to_string(what.second)}},
                      static_cast<double>(count));
  }
  exposition.family("verger_serve_photographs_total", MetricType::kCounter,
                    "Photographs that were answered, or could not be read.");
  exposition.sample({{"outcome", "answered"}}, static_cast<double>(photographs_));
  exposition.sample({{"outcome", "rejected"}}, static_cast<double>(rejected_));
  exposition.histogram("verger_serve_answer_seconds",
                       "Time from a whole request for an answer to its reply.", kBounds, times_,
                       seconds_);
}

}  // namespace verger
