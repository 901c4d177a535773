// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "command.h"
#include "console.h"
#include "storage/store.h"
#include "verger/version.h"

namespace verger::cli {
namespace {

// What was printed has arrived; or nobody wants more of it, as `head` after a few lines.
Status flush_output() {
  const bool failed = std::fflush(stdout) != 0;
  const int error = failed ? errno : 0;
  if (error == EPIPE || (!failed && std::ferror(stdout) == 0)) return {};
  return Status::io("What was to be printed could not be written to standard output" +
                    (failed ? std::string(": ") + std::strerror(error) : std::string()) + ".");
}

int run_command(int argc, char** argv) {
  CommandLine line(
      "verger: photographs to features (MobileNetV2) to reduced tables (PCA)",
      std::string("verger ") + kVersion,
      "Exit codes: 0 done; 1 the check found a fault; 2 usage; 3 input or output unusable;\n"
      "4 model unusable; 130 interrupted.\n"
      "'verger COMMAND --help' shows a command's options and an example.");
  for (const auto add : {add_run, add_extract, add_reduce, add_apply, add_update, add_inspect,
                         add_report, add_similar, add_serve, add_duplicates, add_weights, add_pack,
                         add_sample, add_work, add_completion}) {
    add(line.program());
  }
  const Result<Action> action = line.parse(argc, argv);
  Status status = action.ok() ? (*action)() : action.error();
  if (status.ok()) status = flush_output();
  if (status.ok()) return 0;
  Console(log_format_of(argc, argv)).error(status);
  return static_cast<int>(status.code());
}

}  // namespace

int run_program(int argc, char** argv) {
  const int exit_code = run_command(argc, argv);
  close_storage();
  return exit_code;
}

}  // namespace verger::cli
