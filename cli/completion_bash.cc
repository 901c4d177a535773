// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "completion.h"

namespace verger::cli {

namespace {

// $command is the path of subcommands typed so far, $current the word under the cursor, $previous
// the one before it. Bash splits --option=value at the '='.
constexpr const char* kHead = R"(# bash completion of verger

_verger() {
  local command='' word
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$command/$word" in
)";

constexpr const char* kTail = R"(
complete -F _verger verger
)";

std::string in_bash_quotes(const std::string& text) { return '\'' + text + '\''; }

std::string compgen(const std::string& arguments) {
  return "mapfile -t COMPREPLY < <(compgen " + arguments + " -- \"$current\")";
}

std::string complete(const Argument& argument) {
  switch (value_kind(argument)) {
    case ValueKind::kFile:
      return "compopt -o filenames 2> /dev/null; " + compgen("-f");
    case ValueKind::kFolder:
      return "compopt -o filenames 2> /dev/null; " + compgen("-d");
    case ValueKind::kChoice:
      return compgen("-W " + in_bash_quotes(join(argument.choices(), " ")));
    case ValueKind::kFree:
    case ValueKind::kNone:
      break;
  }
  return "COMPREPLY=()";
}

std::string all_names(const Command& command) {
  std::string names;
  for (const Argument* option : command.all_options()) {
    names += (names.empty() ? "" : " ") + join(option->names(), " ");
  }
  return names;
}

// What may stand in the place of a word that is no option: a subcommand, or the first positional
// argument, since bash does not tell how many there were.
std::string complete_place(const Command& command) {
  if (!command.subcommands().empty()) {
    return compgen("-W " + in_bash_quotes(names_of(command.subcommands())));
  }
  return command.places().empty() ? "COMPREPLY=()" : complete(*command.places().front());
}

}  // namespace

std::string bash_completion(const Command& program) {
  const auto commands = all_commands(program);
  std::string script = kHead;
  for (const Command* command : commands) {
    for (const auto& below : command->subcommands()) {
      script += "      " + in_bash_quotes(join(command->path(), " ") + '/' + below->name()) +
                ") command=" + in_bash_quotes(join(below->path(), " ")) + " ;;\n";
    }
  }
  script += "    esac\n  done\n  case \"$command/$previous\" in\n";
  for (const Command* command : commands) {
    for (const Argument* option : command->all_options()) {
      if (option->is_flag()) continue;
      for (const std::string& name : option->names()) {
        script += "    " + in_bash_quotes(join(command->path(), " ") + '/' + name) + ") " +
                  complete(*option) + "; return ;;\n";
      }
    }
  }
  script += "  esac\n  case \"$command/$current\" in\n";
  for (const Command* command : commands) {
    const std::string path = join(command->path(), " ");
    script += "    " + in_bash_quotes(path + "/-") + "*) " +
              compgen("-W " + in_bash_quotes(all_names(*command))) + " ;;\n";
    script += "    " + in_bash_quotes(path + "/") + "*) " + complete_place(*command) + " ;;\n";
  }
  return script + "  esac\n}\n" + kTail;
}

}  // namespace verger::cli
