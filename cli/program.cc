// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/option_name.h"
#include "base/place.h"
#include "base/status_macros.h"
#include "command.h"
#include "console.h"
#include "help.h"
#include "parse.h"
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

// How the words that a person reads name options; Python, which calls the program, has keywords.
void choose_spelling() {
  const char* spelling = std::getenv("VERGER_SPELLING");
  const bool keywords = spelling != nullptr && std::string_view(spelling) == "keyword";
  spell_options(keywords ? Spelling::kKeyword : Spelling::kFlag);
}

void describe(Command& program) {
  for (const auto add : {add_run, add_extract, add_reduce, add_apply, add_update, add_inspect,
                         add_report, add_similar, add_serve, add_duplicates, add_weights, add_pack,
                         add_sample, add_work, add_completion, add_help}) {
    add(program);
  }
  program.example("verger run Test Results");
  program.notes(
      "'verger help COMMAND' shows what a command takes, and an example.\n"
      "Exit codes: 0 done; 1 the check found a fault; 2 usage; 3 input or output unusable; 4 model "
      "unusable; 130 interrupted.");
}

Status run_command(std::span<const std::string> words) {
  // Before any of them can be repeated, in an error or anywhere else.
  for (const std::string& word : words) VERGER_RETURN_IF_ERROR(check_no_credential(word));
  Command program("verger", "Photographs to features (MobileNetV2) to reduced tables (PCA)");
  describe(program);
  VERGER_ASSIGN_OR_RETURN(const Command* command, parse(program, words));
  if (command->wants_version()) {
    std::printf("verger %s\n", kVersion);
  } else if (command->wants_help() || !command->action()) {
    std::fputs(help_text(*command, help_columns()).c_str(), stdout);
  } else {
    VERGER_RETURN_IF_ERROR(command->action()());
  }
  return flush_output();
}

}  // namespace

int run_program(int argc, char** argv) {
  choose_spelling();
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const Status status = run_command(words);
  if (!status.ok()) Console(log_format_of(argc, argv)).error(status);
  close_storage();
  return static_cast<int>(status.code());
}

}  // namespace verger::cli
