// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "job.h"
#include "pipeline/pipeline.h"
#include "session.h"

namespace verger::cli {

namespace {

using Road = Result<RunRecord> (*)(const std::string&, const std::string&, const Network&,
                                   const RunOptions&, Crew&, Watch);

Status travel(const char* command, Road road, const CommonArguments& arguments) {
  return do_job(command, arguments, [&](const JobContext& job) -> Result<RunRecord> {
    VERGER_ASSIGN_OR_RETURN(
        const auto network,
        load_network(arguments.options.model, arguments.options.storage, arguments.options.threads,
                     watch_download(job.console, job.interrupt)));
    warn_if_untrained(job.console, network.model->info().untrained);
    return road(arguments.input, arguments.output, network.view(), arguments.options, job.crew,
                job.watch());
  });
}

}  // namespace

void add_run(Command& program) {
  const auto arguments = std::make_shared<CommonArguments>();
  Command command = program.subcommand("run", "Photographs to features and to reduced tables");
  add_input_output(command, *arguments);
  add_input_flags(command, arguments->options.input);
  add_image_flags(command, arguments->options);
  add_model_flags(command, arguments->options.model);
  add_pca_flags(command, arguments->options.pca);
  add_output_flags(command, arguments->options.output);
  add_extraction_flags(command, *arguments);
  command.footer(
      "Example:\n"
      "  verger run Test Results --variance 0.95\n"
      "reads every photograph below Test, takes the name of its folder as its label, and leaves\n"
      "Results/features, Results/pca, Results/rejected and Results/model.");
  command.action([arguments] { return travel("run", run, *arguments); });
}

void add_extract(Command& program) {
  const auto arguments = std::make_shared<CommonArguments>();
  Command command = program.subcommand("extract", "Photographs to features: run's first half");
  add_input_output(command, *arguments);
  add_input_flags(command, arguments->options.input);
  add_image_flags(command, arguments->options);
  add_model_flags(command, arguments->options.model);
  add_output_flags(command, arguments->options.output);
  add_extraction_flags(command, *arguments);
  command.footer("Example:\n  verger extract Test Results --threads 2\n  verger reduce Results");
  command.action([arguments] { return travel("extract", extract, *arguments); });
}

}  // namespace verger::cli
