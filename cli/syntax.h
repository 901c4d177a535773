// SPDX-License-Identifier: Apache-2.0
// A command's description as shell completions are written from it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace verger::cli {

// What may follow an option, or stand in a place.
enum class ValueKind { kNone, kFree, kFile, kFolder, kChoice };

struct OptionSyntax {
  std::vector<std::string> names;  // "--help", "-h"; of a positional argument: its one name
  std::string description;
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;  // filled when the kind is kChoice
};

struct CommandSyntax {
  std::vector<std::string> path;  // below the program: {"weights", "fetch"}
  std::string description;
  std::vector<OptionSyntax> options;
  std::vector<OptionSyntax> positionals;
  std::vector<CommandSyntax> subcommands;

  std::string name() const { return path.empty() ? "" : path.back(); }
};

CommandSyntax describe(const Command& command);

// The command itself and all below it, parents first.
std::vector<const CommandSyntax*> all_commands(const CommandSyntax& root);

std::string join(const std::vector<std::string>& words, std::string_view separator);

// One script that makes a shell complete `verger`.
std::string bash_completion(const CommandSyntax& root);
std::string zsh_completion(const CommandSyntax& root);
std::string fish_completion(const CommandSyntax& root);

}  // namespace verger::cli
