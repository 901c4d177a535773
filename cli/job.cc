// SPDX-License-Identifier: Apache-2.0
#include "job.h"

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "crew/lines.h"
#include "crew/stdio_crew.h"
#include "crew/thread_crew.h"
#include "metrics/exporter.h"
#include "metrics/run_metrics.h"
#include "precision_rates.h"

namespace verger::cli {

void TwoObservers::stage_started(std::string_view name, int64_t total) {
  first_.stage_started(name, total);
  second_.stage_started(name, total);
}

void TwoObservers::advanced(int64_t done, int64_t rejected) {
  first_.advanced(done, rejected);
  second_.advanced(done, rejected);
}

void TwoObservers::stage_finished() {
  first_.stage_finished();
  second_.stage_finished();
}

void TwoObservers::listed(int64_t images) {
  first_.listed(images);
  second_.listed(images);
}

void TwoObservers::resumed(int64_t images) {
  first_.resumed(images);
  second_.resumed(images);
}

void TwoObservers::spent(const StageTimes& more) {
  first_.spent(more);
  second_.spent(more);
}

void TwoObservers::note(std::string_view sentence) {
  first_.note(sentence);
  second_.note(sentence);
}

void TwoObservers::warning(std::string_view sentence) {
  first_.warning(sentence);
  second_.warning(sentence);
}

namespace {

using Work = std::function<Result<RunRecord>(const JobContext&)>;

Status do_with_crew(const CommonArguments& arguments, const char* command, Console& console,
                    const InterruptGuard& interrupt, Crew& crew, const Work& work,
                    const SayDone& say_done) {
  ConsoleObserver screen(console);
  RunMetrics metrics({.command = command, .input = arguments.input, .output = arguments.output});
  std::unique_ptr<MetricsExporter> exporter;
  const std::string& place = arguments.options.metrics;
  if (!place.empty() && !arguments.options.dry_run) {
    VERGER_ASSIGN_OR_RETURN(exporter,
                            MetricsExporter::open(place, metrics, [&](const std::string& sentence) {
                              console.warning(sentence);
                            }));
  }
  TwoObservers observer(screen, metrics);
  const auto made = work({console, interrupt, observer, crew});
  const Status status = made.ok() ? Status() : made.error();
  if (status.ok()) metrics.completed(*made);
  metrics.ended(status);
  exporter.reset();
  VERGER_RETURN_IF_ERROR(status);
  print_summary(console, *made, {arguments.input, arguments.output});
  say_done(made->state, made->to_json());
  return {};
}

}  // namespace

Result<bool> JobNetwork::must_download() const {
  const ModelOptions& model = options_.model;
  if (!model.model.empty() || is_untrained(model.weights)) return false;
  VERGER_ASSIGN_OR_RETURN(const auto weights, find_weights(model.weights));
  return !weights.has_value();
}

Result<const Network*> JobNetwork::operator()() {
  if (options_.dry_run) {
    VERGER_ASSIGN_OR_RETURN(const bool download, must_download());
    if (download) {
      job_.console.note("The weights are not on this machine; a run would download them from " +
                        std::string(official_weights().front().url) + ".");
      return static_cast<const Network*>(nullptr);
    }
  }
  VERGER_ASSIGN_OR_RETURN(loaded_, load_network(options_.model, options_.storage, options_.threads,
                                                watch_download(job_.console, job_.interrupt)));
  warn_if_untrained(job_.console, loaded_.model->info().untrained);
  if (options_.model.model.empty()) {
    const std::string slower = slower_than_f32(options_.model.precision);
    if (!slower.empty()) job_.console.warning(slower);
  }
  view_.emplace(loaded_.view());
  return &*view_;
}

Status with_crew(const char* command, bool elsewhere, const InterruptGuard& interrupt,
                 const std::function<Status(Crew&, const SayDone&)>& work) {
  if (!elsewhere) {
    ThreadCrew threads;
    return work(threads, [](const std::string&, const nlohmann::json&) {});
  }
  VERGER_ASSIGN_OR_RETURN(const auto crew, StdioCrew::open(STDIN_FILENO, claim_standard_output(),
                                                           command, interrupt.token()));
  bool said = false;
  const Status status = work(*crew, [&](const std::string& state, const nlohmann::json& record) {
    crew->say_done(state, record);
    said = true;
  });
  if (!said) crew->say_failed(status);
  return status;
}

Status do_job(const char* command, const CommonArguments& arguments, const Work& work) {
  VERGER_RETURN_IF_ERROR(arguments.options.validate());
  VERGER_RETURN_IF_ERROR(apply_decode_memory(arguments.max_decode_memory));
  Console console(arguments.log_format);
  const InterruptGuard interrupt;
  return with_crew(command, arguments.crew == CrewKind::kStdio, interrupt,
                   [&](Crew& crew, const SayDone& say_done) -> Status {
                     return do_with_crew(arguments, command, console, interrupt, crew, work,
                                         say_done);
                   });
}

}  // namespace verger::cli
