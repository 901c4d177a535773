// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "completion.h"

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
std::string condition(const Command& command) {
  std::string test;
  for (const std::string& name : command.path()) {
    test += (test.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + name);
  }
  if (!command.subcommands().empty()) {
    test += (test.empty() ? "" : "; and ") +
            ("not __fish_seen_subcommand_from " + names_of(command.subcommands()));
  }
  return in_fish_quotes(test);
}

std::string value_flags(const Argument& option) {
  switch (value_kind(option)) {
    case ValueKind::kFile:
      return " -r -F";
    case ValueKind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::kChoice:
      return " -x -a " + in_fish_quotes(join(option.choices(), " "));
    case ValueKind::kFree:
      return " -x";
    case ValueKind::kNone:
      break;
  }
  return "";
}

std::string flags_of(const Argument& option) {
  std::string names;
  for (const std::string& name : option.names()) {
    names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return names;
}

std::string place(const Argument& argument) {
  switch (value_kind(argument)) {
    case ValueKind::kFile:
      return " -F";
    case ValueKind::kFolder:
      return " -a '(__fish_complete_directories)'";
    case ValueKind::kChoice:
      return " -a " + in_fish_quotes(join(argument.choices(), " "));
    case ValueKind::kFree:
    case ValueKind::kNone:
      break;
  }
  return "";
}

}  // namespace

std::string fish_completion(const Command& program) {
  std::string script = "# fish completion of verger\n\ncomplete -c verger -f\n";
  for (const Command* command : all_commands(program)) {
    const std::string start = "complete -c verger -n " + condition(*command);
    for (const auto& below : command->subcommands()) {
      script += start + " -a " + below->name() + " -d " + in_fish_quotes(below->help()) + '\n';
    }
    for (const Argument* option : command->all_options()) {
      script += start + flags_of(*option) + value_flags(*option) + " -d " +
                in_fish_quotes(option->about.help) + '\n';
    }
    if (command->places().empty()) continue;
    if (const std::string what = place(*command->places().front()); !what.empty()) {
      script += start + what + '\n';
    }
  }
  return script;
}

}  // namespace verger::cli
