// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>

#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "job.h"
#include "output/saved_model.h"
#include "pipeline/pipeline.h"
#include "session.h"
#include "storage/store.h"

namespace verger::cli {

namespace {

struct ApplyArguments : CommonArguments {
  std::string model;
};

Status apply_model(const ApplyArguments& arguments) {
  return do_job("apply", arguments, [&](const JobContext& job) -> Result<RunRecord> {
    VERGER_ASSIGN_OR_RETURN(const auto place,
                            Store::open(arguments.model, arguments.options.storage));
    VERGER_ASSIGN_OR_RETURN(const auto model, load_model(*place));
    JobNetwork network(job, arguments.options);
    return apply(arguments.input, arguments.output, std::ref(network), model, arguments.options,
                 job.crew, job.watch());
  });
}

}  // namespace

void add_apply(Command& program) {
  const auto arguments = std::make_shared<ApplyArguments>();
  Command& command = program.subcommand("apply", "New photographs through a saved model");
  command
      .option({.name = "model",
               .group = kResultsGroup,
               .value = "FOLDER",
               .help = "Output of an earlier run, or the folder of its model.json"},
              &arguments->model)
      .required = true;
  add_extraction(command, kTakenByApply, *arguments);
  command.example("verger apply NewPhotographs NewResults --model Results");
  command.notes(
      "The network must be the one that the model was fitted with; one given to run by --model "
      "FILE.onnx is given here by --weights FILE.onnx.");
  command.action([arguments] { return apply_model(*arguments); });
}

}  // namespace verger::cli
