// SPDX-License-Identifier: Apache-2.0
// How far a stage is: a bar on a terminal, a line every 10 s elsewhere, JSON lines on demand.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "console.h"

namespace verger::cli {

// One stage's progress.
//
//   Progress progress(console, {.stage = "extract", .total = 22688});
//   progress.add(1);     // from any thread
//   progress.add(1, 1);  // an image that was rejected
//   progress.finish();
//
// In JSON a line is {"event":"progress","stage":"extract","unit":"images","done":…,"total":…,
// "rejected":…,"rate":…,"eta_s":…,"elapsed_s":…,"text":…}: rate in units a second, eta_s null while
// unknown, unit null where nothing is counted, text as the line without JSON has it.
class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  struct Options {
    std::string stage;           // "extract"
    int64_t total = 0;           // 0: unknown, so no bar and no ETA
    std::string unit = "image";  // what is counted, one of it; "": nothing, the time alone is told
    Clock clock = [] { return std::chrono::steady_clock::now(); };
    bool own_thread = true;  // false: refresh() is called by the owner, as tests do
  };

  // The console must outlive it. Shows a bar at once on a terminal.
  Progress(Console& console, Options options);
  // Without finish() the bar vanishes and nothing is said: the stage failed.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` more units are over, `rejected` of them without a result. Thread-safe and cheap.
  void add(int64_t done, int64_t rejected = 0);

  // Ends the stage: one last line with counts, time and mean rate (in JSON: event "stage", with
  // "elapsed_s"); none of a stage of unknown size that was over at once. Once, when no thread adds
  // any more.
  void finish();

  // Draws the bar, or writes the line if one is due. Warns, once a stall, when nothing has been
  // done for half a minute.
  void refresh();

  int64_t done() const { return done_.load(std::memory_order_relaxed); }
  int64_t rejected() const { return rejected_.load(std::memory_order_relaxed); }
  std::chrono::duration<double> elapsed() const { return options_.clock() - start_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Sample {
    Time time;
    int64_t done;
  };

  void run();
  void stop_thread();
  ProgressReading read(Time now);
  void tell_stall(Time now);
  std::string bar(const ProgressReading& reading) const;
  std::string json(std::string_view event, const ProgressReading& reading,
                   const std::string& text) const;

  Console& console_;
  const Options options_;
  const Time start_;
  std::atomic<int64_t> done_ = 0;
  std::atomic<int64_t> rejected_ = 0;

  std::mutex mutex_;            // guards what follows
  std::deque<Sample> samples_;  // what the last kWindow brought, for the rate
  Time last_line_;
  Time last_change_;  // when the count grew last
  int64_t last_done_ = 0;
  bool stall_told_ = false;
  bool stopping_ = false;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace verger::cli
