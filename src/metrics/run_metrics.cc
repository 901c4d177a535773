// SPDX-License-Identifier: Apache-2.0
#include "metrics/run_metrics.h"

#include <array>
#include <utility>

#include "metrics/process_metrics.h"
#include "verger/version.h"

namespace verger {

namespace {

constexpr auto kCounter = MetricType::kCounter;
constexpr auto kGauge = MetricType::kGauge;
constexpr std::array kStates = {"running", "done", "failed", "interrupted"};

double now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(time).count();
}

double seconds(int64_t ns) { return static_cast<double>(ns) * 1e-9; }

}  // namespace

RunMetrics::RunMetrics(Subject subject) : subject_(std::move(subject)), start_(now()) {}

void RunMetrics::stage_started(std::string_view name, int64_t total) {
  const std::lock_guard lock(mutex_);
  phases_.push_back({.name = std::string(name), .start = Clock::now(), .end = {}, .total = total});
}

void RunMetrics::advanced(int64_t done, int64_t rejected) {
  const std::lock_guard lock(mutex_);
  if (phases_.empty()) return;
  phases_.back().done += done;
  if (phases_.back().name != "extract") return;
  features_ += done - rejected;
  rejected_ += rejected;
}

void RunMetrics::stage_finished() {
  const std::lock_guard lock(mutex_);
  if (!phases_.empty()) phases_.back().end = Clock::now();
}

void RunMetrics::listed(int64_t images) {
  const std::lock_guard lock(mutex_);
  listed_ = images;
}

void RunMetrics::resumed(int64_t images) {
  const std::lock_guard lock(mutex_);
  resumed_ = images;
}

void RunMetrics::spent(const StageTimes& more) {
  const std::lock_guard lock(mutex_);
  times_ += more;
}

void RunMetrics::completed(const RunRecord& record) {
  const std::lock_guard lock(mutex_);
  if (record.reduction) components_ = record.reduction->k;
}

void RunMetrics::ended(const Status& status) {
  const std::lock_guard lock(mutex_);
  const bool interrupted = status.code() == StatusCode::kCancelled;
  state_ = status.ok() ? "done" : interrupted ? "interrupted" : "failed";
  end_ = now();
  if (!phases_.empty() && !phases_.back().end) phases_.back().end = Clock::now();
}

std::string RunMetrics::text() const { return expose().text(); }

std::string RunMetrics::text_with_process() const {
  Exposition exposition = expose();
  add_process_metrics(exposition);
  return exposition.text();
}

Exposition RunMetrics::expose() const {
  const std::lock_guard lock(mutex_);
  Exposition exposition;
  add_run(exposition);
  add_images(exposition);
  add_stages(exposition);
  add_phases(exposition);
  return exposition;
}

void RunMetrics::add_run(Exposition& exposition) const {
  exposition.family("verger_build_info", kGauge, "1; its label is the version of verger.");
  exposition.sample({{"version", kVersion}}, 1);
  exposition.family("verger_run_info", kGauge, "1; its labels say what runs.");
  exposition.sample(
      {{"command", subject_.command}, {"input", subject_.input}, {"output", subject_.output}}, 1);
  exposition.family("verger_run_state", kGauge, "1 for the state that the run is in, else 0.");
  for (const std::string_view state : kStates) {
    exposition.sample({{"state", state}}, state == state_ ? 1 : 0);
  }
  exposition.single("verger_run_start_time_seconds", kGauge,
                    "Start of the run, since the Unix epoch.", start_);
  if (end_) {
    exposition.single("verger_run_end_time_seconds", kGauge, "End of the run.", *end_);
  }
  if (components_) {
    exposition.single("verger_components", kGauge, "Principal components kept.",
                      static_cast<double>(*components_));
  }
}

void RunMetrics::add_images(Exposition& exposition) const {
  if (listed_) {
    exposition.single("verger_images_listed", kGauge, "Images that the input holds.",
                      static_cast<double>(*listed_));
  }
  exposition.single("verger_images_resumed", kGauge,
                    "Images whose features an interrupted run had left.",
                    static_cast<double>(resumed_));
  exposition.family("verger_images_total", kCounter, "Images worked on, by what became of them.");
  exposition.sample({{"outcome", "features"}}, static_cast<double>(features_));
  exposition.sample({{"outcome", "rejected"}}, static_cast<double>(rejected_));
  exposition.single("verger_bytes_read_total", kCounter, "Bytes of the images read.",
                    static_cast<double>(times_.bytes));
}

void RunMetrics::add_stages(Exposition& exposition) const {
  exposition.family("verger_stage_seconds_total", kCounter,
                    "Time of the extraction's threads, by what they did: readers fetch, or are "
                    "held by busy workers; workers are starved by readers, decode, infer, write.");
  exposition.sample({{"stage", "fetch"}}, seconds(times_.fetch_ns));
  exposition.sample({{"stage", "held"}}, seconds(times_.held_ns));
  exposition.sample({{"stage", "starved"}}, seconds(times_.starved_ns));
  exposition.sample({{"stage", "decode"}}, seconds(times_.decode_ns));
  exposition.sample({{"stage", "infer"}}, seconds(times_.infer_ns));
  exposition.sample({{"stage", "write"}}, seconds(times_.write_ns));
}

void RunMetrics::add_phases(Exposition& exposition) const {
  if (phases_.empty()) return;
  const auto time = Clock::now();
  exposition.family("verger_phase_seconds", kGauge, "Wall time of the run's phases, so far.");
  for (const Phase& phase : phases_) {
    const std::chrono::duration<double> passed = phase.end.value_or(time) - phase.start;
    exposition.sample({{"phase", phase.name}}, passed.count());
  }
  exposition.family("verger_phase_items_done", kGauge,
                    "Images (phase extract) or part files that the phase is done with.");
  for (const Phase& phase : phases_) {
    exposition.sample({{"phase", phase.name}}, static_cast<double>(phase.done));
  }
  exposition.family("verger_phase_items_expected", kGauge,
                    "Images or part files of the phase; absent while unknown.");
  for (const Phase& phase : phases_) {
    if (phase.total > 0) {
      exposition.sample({{"phase", phase.name}}, static_cast<double>(phase.total));
    }
  }
}

}  // namespace verger
