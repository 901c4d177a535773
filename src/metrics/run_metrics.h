// SPDX-License-Identifier: Apache-2.0
// The metrics of one run (docs/metrics.md): an observer that counts what the pipeline tells it.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/observer.h"
#include "base/stage_times.h"
#include "metrics/exposition.h"
#include "output/run_record.h"
#include "verger/status.h"

namespace verger {

// Thread-safe.
class RunMetrics final : public Observer {
 public:
  // What run the metrics are of; `input` and `output` as they were given.
  struct Subject {
    std::string command;
    std::string input;
    std::string output;
  };

  explicit RunMetrics(Subject subject);

  void stage_started(std::string_view name, int64_t total) override;
  void advanced(int64_t done, int64_t rejected) override;
  void stage_finished() override;
  void listed(int64_t images) override;
  void resumed(int64_t images) override;
  void spent(const StageTimes& more) override;

  // What is known of a run once it is done.
  void completed(const RunRecord& record);
  // The run is over: done, failed or interrupted. Once.
  void ended(const Status& status);

  // The exposition as of now, without and with what is known of the process.
  std::string text() const;
  std::string text_with_process() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Phase {
    std::string name;
    Clock::time_point start;
    std::optional<Clock::time_point> end;
    int64_t done = 0;
    int64_t total = 0;  // 0: unknown
  };

  Exposition expose() const;
  void add_run(Exposition& exposition) const;
  void add_images(Exposition& exposition) const;
  void add_stages(Exposition& exposition) const;
  void add_phases(Exposition& exposition) const;

  const Subject subject_;
  const double start_;  // since the Unix epoch, seconds

  mutable std::mutex mutex_;  // guards what follows
  std::string state_ = "running";
  std::optional<double> end_;
  std::vector<Phase> phases_;
  std::optional<int64_t> listed_;
  int64_t resumed_ = 0;
  int64_t features_ = 0;
  int64_t rejected_ = 0;
  StageTimes times_;
  std::optional<int64_t> components_;
};

}  // namespace verger
