// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>

#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "job.h"
#include "pipeline/pipeline.h"
#include "session.h"

namespace verger::cli {

namespace {

using Road = Result<RunRecord> (*)(const std::string&, const std::string&, const FindNetwork&,
                                   const RunOptions&, Crew&, Watch);

Status travel(const char* command, Road road, const CommonArguments& arguments) {
  return do_job(command, arguments, [&](const JobContext& job) -> Result<RunRecord> {
    JobNetwork network(job, arguments.options);
    return road(arguments.input, arguments.output, std::ref(network), arguments.options, job.crew,
                job.watch());
  });
}

}  // namespace

void add_run(Command& program) {
  const auto arguments = std::make_shared<CommonArguments>();
  Command& command = program.subcommand("run", "Photographs to features and to reduced tables");
  add_extraction(command, kTakenByRun, *arguments);
  command.example(
      "verger run Test Results --variance 0.95\n\n"
      "reads every photograph below Test, takes the name of its folder as its label, and leaves "
      "Results/features, Results/pca, Results/rejected, Results/model and Results/report.html.");
  command.action([arguments] { return travel("run", run, *arguments); });
}

void add_extract(Command& program) {
  const auto arguments = std::make_shared<CommonArguments>();
  Command& command = program.subcommand("extract", "Photographs to features: run's first half");
  add_extraction(command, kTakenByExtract, *arguments);
  command.example("verger extract Test Results --threads 2\nverger reduce Results");
  command.action([arguments] { return travel("extract", extract, *arguments); });
}

}  // namespace verger::cli
