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

Status reduce_features(const CommonArguments& arguments) {
  return do_job("reduce", arguments, [&](const JobContext& job) -> Result<RunRecord> {
    VERGER_ASSIGN_OR_RETURN(auto record, reduce(arguments.input, arguments.output,
                                                arguments.options, job.crew, job.watch()));
    warn_if_untrained(job.console, record.untrained());
    return record;
  });
}

}  // namespace

void add_reduce(Command& program) {
  const auto arguments = std::make_shared<CommonArguments>();
  Command& command =
      program.subcommand("reduce", "Features to standardised, reduced features: run's second half");
  command.place({.name = "INPUT",
                 .value = "FILE",
                 .help = "Output of verger extract, or a folder of Parquet files with the columns "
                         "path, label, features"},
                &arguments->input);
  command.place(
      {.name = "OUTPUT", .value = "FILE", .help = "Folder for the tables", .unset = "INPUT"},
      &arguments->output);
  command.run_options(kTakenByReduce, arguments->options);
  add_crew(command, arguments->crew);
  add_log_format(command, arguments->log_format);
  command.example(
      "verger reduce Results --components 50 --overwrite\n\n"
      "fits anew on Results/features and replaces Results/pca and Results/model.");
  command.action([arguments] {
    if (arguments->output.empty()) arguments->output = arguments->input;
    return reduce_features(*arguments);
  });
}

}  // namespace verger::cli
