// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/json_text.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "command.h"
#include "flags.h"
#include "output/lease.h"
#include "session.h"

namespace verger::cli {

namespace {

struct ReportArguments {
  std::string output;
  std::string file;
  RunOptions options;  // its storage alone is used
  bool json = false;
};

Status write_file(const std::string& path, const StorageOptions& storage, const std::string& text) {
  const auto slash = path.rfind('/');
  const bool bare = slash == std::string::npos;
  VERGER_ASSIGN_OR_RETURN(const auto folder,
                          Store::open(bare ? "." : path.substr(0, slash + 1), storage,
                                      path.substr(0, bare ? 0 : slash + 1)));
  return folder->write(bare ? path : path.substr(slash + 1), text);
}

// Where runs leave theirs.
Status report_beside(const ReportArguments& arguments, std::shared_ptr<Store> output,
                     Observer& observer) {
  const InterruptGuard interrupt;
  VERGER_ASSIGN_OR_RETURN(const RunRecord record, read_run_record(*output));
  VERGER_ASSIGN_OR_RETURN(output, hold_output(output, "report", interrupt.token()));
  VERGER_RETURN_IF_ERROR(
      leave_report(*output, arguments.options.storage, default_threads(), interrupt.token()));
  observer.stage_finished();
  const std::string name = report_name(record.options.output.layout);
  std::printf("%s\n", printable(output->shown(name)).c_str());
  return {};
}

Status report_output(const ReportArguments& arguments) {
  VERGER_RETURN_IF_ERROR(arguments.options.storage.validate());
  VERGER_ASSIGN_OR_RETURN(auto output, Store::open(arguments.output, arguments.options.storage));
  Console console;
  ConsoleObserver observer(console);
  observer.stage_started("report", kUncounted);
  if (arguments.file.empty() && !arguments.json) {
    return report_beside(arguments, std::move(output), observer);
  }
  const InterruptGuard interrupt;
  VERGER_ASSIGN_OR_RETURN(const auto report, describe_result(*output, arguments.options.storage,
                                                             default_threads(), interrupt.token()));
  observer.stage_finished();
  const std::string text =
      arguments.json ? json_text(report, 1) + '\n' : report_page(report).text();
  if (!arguments.file.empty()) return write_file(arguments.file, arguments.options.storage, text);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return {};
}

}  // namespace

void add_report(Command& program) {
  const auto arguments = std::make_shared<ReportArguments>();
  Command& command = program.subcommand("report", "Make the report of a result: a page to look at");
  add_result(command, "OUTPUT", arguments->output);
  command.option({.name = "output",
                  .group = kOutputGroup,
                  .value = "FILE",
                  .help = "Write it here",
                  .unset = "report.html in OUTPUT, where runs leave theirs"},
                 &arguments->file);
  add_json(command, arguments->json);
  command.run_options(kTakenByReport, arguments->options);
  command.example(
      "verger report Results --output orchard.html\n\n"
      "makes one page that needs no network: what ran, a map of the images, classes and which of "
      "them look alike, the variance, outliers, the closest pairs, rejected files, where the time "
      "went, and what more images would cost.");
  command.action([arguments] { return report_output(*arguments); });
}

}  // namespace verger::cli
