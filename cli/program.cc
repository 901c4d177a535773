#include "program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <new>
#include <string>

#include "command.h"
#include "console.h"
#include "storage/store.h"
#include "verger/version.h"

namespace verger::cli {
namespace {

int finish(const Status& status, LogFormat format) {
  if (status.ok()) return 0;
  Console(format).error(status);
  return static_cast<int>(status.code());
}

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

bool has_command(const CLI::App& app, const std::string& name) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->get_name() == name; });
}

int run_command(int argc, char** argv) {
  CLI::App app{"verger: photographs to features (MobileNetV2) to reduced tables (PCA)", "verger"};
  app.set_version_flag("--version", std::string("verger ") + kVersion);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done; 1 the check found a fault; 2 usage; 3 input or output unusable;\n"
      "4 model unusable; 130 interrupted.\n"
      "'verger COMMAND --help' shows a command's options and an example.");
  Action action;
  for (const auto add :
       {add_run, add_extract, add_reduce, add_apply, add_update, add_inspect, add_report,
        add_similar, add_duplicates, add_weights, add_pack, add_sample, add_work, add_completion}) {
    add(app, action);
  }
  const LogFormat format = log_format_of(argc, argv);
  if (argc > 1 && argv[1][0] != '-' && !has_command(app, argv[1])) {
    return finish(Status::invalid_argument("There is no command '" + std::string(argv[1]) +
                                           "'; 'verger --help' lists them."),
                  format);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return finish(Status::invalid_argument(std::string(error.what()) +
                                           "; see 'verger --help' or 'verger COMMAND --help'."),
                  format);
  }
  const Status status = action();
  action = nullptr;
  return finish(status, format);
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
