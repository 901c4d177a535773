// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "syntax.h"

namespace verger::cli {

namespace {

std::string in_fish_quotes(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') result += '\\';
    result += letter;
  }
  return result + '\'';
}

// True when the words typed so far lead to this command and not below it.
std::string condition(const CommandSyntax& command) {
  std::string test;
  for (const std::string& name : command.path) {
    test += (test.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + name);
  }
  if (!command.subcommands.empty()) {
    std::vector<std::string> names;
    for (const CommandSyntax& below : command.subcommands) names.push_back(below.name());
    test +=
        (test.empty() ? "" : "; and ") + ("not __fish_seen_subcommand_from " + join(names, " "));
  }
  return in_fish_quotes(test);
}

std::string value_of(const OptionSyntax& option) {
  switch (option.kind) {
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kChoice:
      return " -x -a " + in_fish_quotes(join(option.choices, " "));
    case ValueKind::kFree:
      return " -x";
    case ValueKind::kNone:
      break;
  }
  return "";
}

std::string names_of(const OptionSyntax& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return names;
}

std::string place(const OptionSyntax& positional) {
  switch (positional.kind) {
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kFolder:
      return " -a '(__fish_complete_directories)'";
    case ValueKind::kChoice:
      return " -a " + in_fish_quotes(join(positional.choices, " "));
    case ValueKind::kFree:
    case ValueKind::kNone:
      break;
  }
  return "";
}

}  // namespace

std::string fish_completion(const CommandSyntax& root) {
  std::string script = "# fish completion of verger\n\ncomplete -c verger -f\n";
  for (const CommandSyntax* command : all_commands(root)) {
    const std::string start = "complete -c verger -n " + condition(*command);
    for (const CommandSyntax& below : command->subcommands) {
      script += start + " -a " + below.name() + " -d " + in_fish_quotes(below.description) + '\n';
    }
    for (const OptionSyntax& option : command->options) {
      script += start + names_of(option) + value_of(option) + " -d " +
                in_fish_quotes(option.description) + '\n';
    }
    if (command->positionals.empty()) continue;
    if (const std::string what = place(command->positionals.front()); !what.empty()) {
      script += start + what + '\n';
    }
  }
  return script;
}

}  // namespace verger::cli
