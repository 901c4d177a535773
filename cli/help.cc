// SPDX-License-Identifier: Apache-2.0
#include "help.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/status_macros.h"
#include "command.h"
#include "flags.h"
#include "parse.h"

namespace verger::cli {

namespace {

struct HelpArguments {
  std::vector<std::string> command;
  bool json = false;
};

Status show_help(const Command& program, const HelpArguments& arguments) {
  const Command* command = &program;
  for (const std::string& name : arguments.command) {
    VERGER_ASSIGN_OR_RETURN(command, find_command(*command, name));
  }
  const std::string text = arguments.json ? json_text(help_json(*command), 1) + '\n'
                                          : help_text(*command, help_columns());
  std::fputs(text.c_str(), stdout);
  return {};
}

}  // namespace

void add_help(Command& program) {
  const auto arguments = std::make_shared<HelpArguments>();
  Command& command = program.subcommand("help", "Show what a command does and takes");
  command.place({.name = "COMMAND",
                 .help = "Which one, with the words that it is called by",
                 .unset = "an overview"},
                &arguments->command);
  add_json(command, arguments->json);
  command.example("verger help weights fetch");
  command.action([&program, arguments] { return show_help(program, *arguments); });
}

}  // namespace verger::cli
