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
                    RunRecord& record) {
  ConsoleObserver screen(console);
  RunMetrics metrics({.command = command, .input = arguments.input, .output = arguments.output});
  std::unique_ptr<MetricsExporter> exporter;
  if (const std::string& place = arguments.options.metrics; !place.empty()) {
    VERGER_ASSIGN_OR_RETURN(exporter,
                            MetricsExporter::open(place, metrics, [&](const std::string& sentence) {
                              console.warning(sentence);
                            }));
  }
  TwoObservers observer(screen, metrics);
  auto made = work({console, interrupt, observer, crew});
  const Status status = made.ok() ? Status() : made.error();
  if (status.ok()) metrics.completed(*made);
  metrics.ended(status);
  exporter.reset();
  VERGER_RETURN_IF_ERROR(status);
  record = *std::move(made);
  print_summary(console, record);
  return {};
}

}  // namespace

Status do_job(const char* command, const CommonArguments& arguments, const Work& work) {
  VERGER_RETURN_IF_ERROR(arguments.options.validate());
  VERGER_RETURN_IF_ERROR(apply_decode_memory(arguments.max_decode_memory));
  Console console(arguments.log_format);
  const InterruptGuard interrupt;
  RunRecord record;
  if (!arguments.crew) {
    ThreadCrew threads;
    return do_with_crew(arguments, command, console, interrupt, threads, work, record);
  }
  VERGER_ASSIGN_OR_RETURN(const auto crew, StdioCrew::open(STDIN_FILENO, claim_standard_output(),
                                                           command, interrupt.token()));
  const Status status = do_with_crew(arguments, command, console, interrupt, *crew, work, record);
  if (status.ok()) {
    crew->say_done(record.state, record.to_json());
  } else {
    crew->say_failed(status);
  }
  return status;
}

}  // namespace verger::cli
