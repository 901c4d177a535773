#include "program.h"

#include <iostream>
#include <new>
#include <string>

#include "command.h"
#include "console.h"
#include "storage/store.h"
#include "verger/version.h"

namespace verger::cli {
namespace {

// An error before or after a command ran must speak the format that the command line asked for.
LogFormat log_format_of(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--log-format=json") return LogFormat::kJson;
    if (argument == "--log-format" && i + 1 < argc && std::string(argv[i + 1]) == "json") {
      return LogFormat::kJson;
    }
  }
  return LogFormat::kText;
}

int run_command(int argc, char** argv) {
  CommandLine line(
      "verger: photographs to features (MobileNetV2) to reduced tables (PCA)",
      std::string("verger ") + kVersion,
      "Exit codes: 0 done; 1 the check found a fault; 2 usage; 3 input or output unusable;\n"
      "4 model unusable; 130 interrupted.\n"
      "'verger COMMAND --help' shows a command's options and an example.");
  for (const auto add :
       {add_run, add_extract, add_reduce, add_apply, add_update, add_inspect, add_report,
        add_similar, add_duplicates, add_weights, add_pack, add_sample, add_work, add_completion}) {
    add(line.program());
  }
  const Result<Action> action = line.parse(argc, argv);
  const Status status = action.ok() ? (*action)() : action.error();
  if (status.ok()) return 0;
  Console(log_format_of(argc, argv)).error(status);
  return static_cast<int>(status.code());
}

}  // namespace

int run_program(int argc, char** argv) {
  try {
    const int exit_code = run_command(argc, argv);
    close_storage();
    return exit_code;
  } catch (const std::bad_alloc&) {
    std::cerr << "verger: error: Not enough memory; give fewer --threads or a smaller "
                 "--max-pixels.\n";
    return static_cast<int>(StatusCode::kIo);
  }
}

}  // namespace verger::cli
