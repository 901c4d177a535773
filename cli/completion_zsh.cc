// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "completion.h"

namespace verger::cli {

namespace {

// Inside single quotes, and with a backslash before what _arguments and _describe take as marks.
std::string escaped(std::string_view text, std::string_view marks) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\'') {
      result += "'\\''";
      continue;
    }
    if (marks.find(letter) != std::string_view::npos) result += '\\';
    result += letter;
  }
  return result;
}

std::string function_name(const Command& command) {
  return "_verger" + std::string(command.path().empty() ? "" : "_") + join(command.path(), "_");
}

std::string value_action(const Argument& argument) {
  switch (value_kind(argument)) {
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kFolder:
      return "_files -/";
    case ValueKind::kChoice:
      return '(' + join(argument.choices(), " ") + ')';
    case ValueKind::kFree:
    case ValueKind::kNone:
      break;
  }
  return " ";
}

// One spec of _arguments a name: '--variance=[Keep …]:value:action'.
std::string option_specs(const Argument& option) {
  std::string specs;
  const std::vector<std::string> names = option.names();
  for (const std::string& name : names) {
    specs += " \\\n    '";
    // The names of one option exclude each other, and themselves.
    specs += '(' + join(names, " ") + ')' + name;
    const bool takes_value = !option.is_flag();
    if (takes_value) specs += name.starts_with("--") ? "=" : "+";
    specs += '[' + escaped(option.about.help, "[]\\") + ']';
    if (takes_value) specs += ":value:" + value_action(option);
    specs += '\'';
  }
  return specs;
}

std::string options_of(const Command& command) {
  std::string specs;
  for (const Argument* option : command.all_options()) specs += option_specs(*option);
  return specs;
}

std::string leaf(const Command& command) {
  std::string script = function_name(command) + "() {\n  _arguments -S" + options_of(command);
  for (const auto& place : command.places()) {
    script += " \\\n    ':" + escaped(place->about.name, ":\\") + ':' + value_action(*place) + '\'';
  }
  return script + "\n}\n\n";
}

std::string branch(const Command& command) {
  std::string script = function_name(command) + "() {\n";
  script += "  local curcontext=$curcontext state line\n  local -a commands\n";
  script += "  _arguments -C" + options_of(command) +
            " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n";
  script += "  case $state in\n    command)\n      commands=(\n";
  for (const auto& below : command.subcommands()) {
    script += "        '" + below->name() + ':' + escaped(below->help(), "\\") + "'\n";
  }
  script += "      )\n      _describe command commands\n      ;;\n";
  script += "    argument)\n      case $line[1] in\n";
  for (const auto& below : command.subcommands()) {
    script += "        " + below->name() + ") " + function_name(*below) + " ;;\n";
  }
  return script + "      esac\n      ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const Command& program) {
  std::string script = "#compdef verger\n# zsh completion of verger\n\n";
  for (const Command* command : all_commands(program)) {
    script += command->subcommands().empty() ? leaf(*command) : branch(*command);
  }
  // Both ways of use: a file of $fpath, whose body is the function itself, and `source`.
  return script +
         "if [[ $funcstack[1] == _verger ]]; then\n  _verger \"$@\"\nelse\n"
         "  compdef _verger verger\nfi\n";
}

}  // namespace verger::cli
