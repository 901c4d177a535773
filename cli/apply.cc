// SPDX-License-Identifier: Apache-2.0
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
    VERGER_ASSIGN_OR_RETURN(
        const auto network,
        load_network(arguments.options.model, arguments.options.storage, arguments.options.threads,
                     watch_download(job.console, job.interrupt)));
    warn_if_untrained(job.console, network.model->info().untrained);
    return apply(arguments.input, arguments.output, network.view(), model, arguments.options,
                 job.crew, job.watch());
  });
}

}  // namespace

void add_apply(Command& program) {
  const auto arguments = std::make_shared<ApplyArguments>();
  Command command = program.subcommand("apply", "New photographs through a saved model");
  add_input_output(command, *arguments);
  command
      .option("--model", arguments->model,
              "Output of an earlier run, or the folder of its model.json")
      .required()
      .type_name("DIR");
  add_input_flags(command, arguments->options.input);
  add_image_flags(command, arguments->options);
  add_weights_flags(command, arguments->options.model);
  add_output_flags(command, arguments->options.output);
  add_extraction_flags(command, *arguments);
  command.footer(
      "Example:\n"
      "  verger apply NewPhotographs NewResults --model Results\n"
      "The network must be the one that the model was fitted with; one given to run by --model\n"
      "FILE.onnx is given here by --weights FILE.onnx.");
  command.action([arguments] { return apply_model(*arguments); });
}

}  // namespace verger::cli
