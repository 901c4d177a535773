// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/choices.h"
#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "job.h"
#include "pipeline/pipeline.h"
#include "session.h"
#include "storage/store.h"

namespace verger::cli {

namespace {

struct UpdateArguments {
  CommonArguments common;
  UpdateOptions update;
};

// What the command line does not say is as it was when the output was made. Of an output without a
// readable record the update itself tells.
void adopt_recorded(const Command& command, CommonArguments& arguments) {
  RunOptions& options = arguments.options;
  const auto store = Store::open(arguments.output, options.storage);
  if (!store.ok()) return;
  const auto record = read_run_record(**store);
  if (!record.ok()) return;
  for (const RunOption& option : run_options()) {
    if (option.recorded != Recorded::kCompared || command.given(option.name)) continue;
    // What a number of components was given in place of stays with it.
    const bool share = option.name == "variance" || option.name == "components";
    if (share && (command.given("variance") || command.given("components"))) continue;
    read_option(option.field(options), value_json(option, record->options));
  }
}

Status update_output(const Command& command, UpdateArguments& arguments) {
  CommonArguments& common = arguments.common;
  return do_job("update", common, [&](const JobContext& job) -> Result<RunRecord> {
    adopt_recorded(command, common);
    JobNetwork network(job, common.options);
    return update(common.input, common.output, std::ref(network), common.options, arguments.update,
                  job.crew, job.watch());
  });
}

}  // namespace

void add_update(Command& program) {
  const auto arguments = std::make_shared<UpdateArguments>();
  Command& command =
      program.subcommand("update", "Bring a result of run up to date with its photographs");
  add_extraction(command, kTakenByUpdate, arguments->common);
  command.option({.name = "refit",
                  .group = kResultsGroup,
                  .help = "When the model is fitted anew: when rows of features came, went or "
                          "changed, always, or never, so that new rows are projected by the model "
                          "that is there"},
                 named(arguments->update.refit, kRefits));
  command.example(
      "verger run Test Results\n"
      "cp -r More/* Test && verger update Test Results\n\n"
      "reads only photographs that are new or changed, and leaves out the rows of those that are "
      "gone.");
  command.notes(
      "Options that are not given are those that OUTPUT was made with; others are refused where "
      "they would make another result, as are other weights.");
  command.action([arguments, &command] { return update_output(command, *arguments); });
}

}  // namespace verger::cli
