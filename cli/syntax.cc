// SPDX-License-Identifier: Apache-2.0
#include "syntax.h"

#include <string_view>

namespace verger::cli {

std::vector<const CommandSyntax*> all_commands(const CommandSyntax& root) {
  std::vector<const CommandSyntax*> commands = {&root};
  for (const CommandSyntax& command : root.subcommands) {
    for (const CommandSyntax* below : all_commands(command)) commands.push_back(below);
  }
  return commands;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace verger::cli
