// SPDX-License-Identifier: Apache-2.0
#include <memory>

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

// Sets `option` to what was recorded, unless one of the flags was given.
template <class T>
void adopt(const Command& command, std::initializer_list<const char*> flags, const T& recorded,
           T& option) {
  for (const char* flag : flags) {
    if (command.given(flag)) return;
  }
  option = recorded;
}

// What the command line does not say is as it was when the output was made. Of an output without a
// readable record the update itself tells.
void adopt_recorded(const Command& command, CommonArguments& arguments) {
  RunOptions& options = arguments.options;
  const auto store = Store::open(arguments.output, options.storage);
  if (!store.ok()) return;
  const auto record = read_run_record(**store);
  if (!record.ok()) return;
  const RunOptions& recorded = record->options;
  adopt(command, {"--pattern"}, recorded.input.pattern, options.input.pattern);
  adopt(command, {"--recursive"}, recorded.input.recursive, options.input.recursive);
  adopt(command, {"--exclude"}, recorded.input.exclude, options.input.exclude);
  adopt(command, {"--label-column"}, recorded.input.label_column, options.input.label_column);
  adopt(command, {"--image-column"}, recorded.input.image_column, options.input.image_column);
  adopt(command, {"--max-pixels"}, recorded.image.max_pixels, options.image.max_pixels);
  adopt(command, {"--exif-orientation"}, recorded.image.exif_orientation,
        options.image.exif_orientation);
  adopt(command, {"--fast-decode"}, recorded.image.fast_decode, options.image.fast_decode);
  adopt(command, {"--precision"}, recorded.model.precision, options.model.precision);
  adopt(command, {"--variance", "--components"}, recorded.pca.variance, options.pca.variance);
  adopt(command, {"--variance", "--components"}, recorded.pca.components, options.pca.components);
  adopt(command, {"--standardize"}, recorded.pca.standardize, options.pca.standardize);
  adopt(command, {"--layout"}, recorded.output.layout, options.output.layout);
}

Status update_output(const Command& command, UpdateArguments& arguments) {
  CommonArguments& common = arguments.common;
  return do_job("update", common, [&](const JobContext& job) -> Result<RunRecord> {
    adopt_recorded(command, common);
    VERGER_ASSIGN_OR_RETURN(
        const auto network,
        load_network(common.options.model, common.options.storage, common.options.threads,
                     watch_download(job.console, job.interrupt)));
    warn_if_untrained(job.console, network.model->info().untrained);
    return update(common.input, common.output, network.view(), common.options, arguments.update,
                  job.crew, job.watch());
  });
}

}  // namespace

void add_update(Command& program) {
  const auto arguments = std::make_shared<UpdateArguments>();
  CommonArguments& common = arguments->common;
  Command command = program.subcommand("update", "A result of run up to date with its photographs");
  add_input_output(command, common);
  add_input_flags(command, common.options.input);
  add_image_flags(command, common.options);
  add_model_flags(command, common.options.model);
  add_pca_flags(command, common.options.pca);
  add_refit_flag(command, arguments->update);
  add_layout_flag(command, common.options.output);
  add_run_flags(command, common);
  add_decode_memory_flag(command, common.max_decode_memory);
  add_crew_flag(command, common.crew);
  add_reads_flag(command, common.options.storage);
  command.footer(
      "Only photographs that are new or changed are read; the rows of those that are gone are "
      "left\n"
      "out. Options that are not given are those that OUTPUT was made with; others are refused, "
      "as\n"
      "are other weights.\n"
      "Example:\n"
      "  verger run Test Results\n"
      "  cp -r More/* Test && verger update Test Results");
  command.action([arguments, command] { return update_output(command, *arguments); });
}

}  // namespace verger::cli
