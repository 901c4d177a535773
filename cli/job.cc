#include "job.h"

#include <memory>

#include "base/status_macros.h"
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

Status do_job(const char* command, const CommonArguments& arguments,
              const std::function<Result<RunRecord>(const JobContext&)>& work) {
  VERGER_RETURN_IF_ERROR(arguments.options.validate());
  Console console(arguments.log_format);
  ConsoleObserver screen(console);
  const InterruptGuard interrupt;
  RunMetrics metrics({.command = command, .input = arguments.input, .output = arguments.output});
  std::unique_ptr<MetricsExporter> exporter;
  if (const std::string& place = arguments.options.metrics; !place.empty()) {
    VERGER_ASSIGN_OR_RETURN(exporter,
                            MetricsExporter::open(place, metrics, [&](const std::string& sentence) {
                              console.warning(sentence);
                            }));
  }

  TwoObservers observer(screen, metrics);
  const auto record = work({console, interrupt, observer});
  if (record.ok()) {
    if (record->state == "done") leave_report_of(console, *record, interrupt);
    metrics.completed(*record);
  }
  metrics.ended(record.ok() ? Status() : record.error());
  exporter.reset();
  if (!record.ok()) return record.error();
  print_summary(console, *record);
  return {};
}

}  // namespace verger::cli
