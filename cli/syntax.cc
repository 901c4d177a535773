// SPDX-License-Identifier: Apache-2.0
#include "syntax.h"

#include <string_view>

namespace verger::cli {

namespace {

ValueKind kind_of(const Argument& argument) {
  if (argument.is_flag()) return ValueKind::kNone;
  if (!argument.choices().empty()) return ValueKind::kChoice;
  if (argument.about.value.starts_with("FILE")) return ValueKind::kFile;
  return argument.about.value == "FOLDER" ? ValueKind::kFolder : ValueKind::kFree;
}

OptionSyntax describe_argument(const Argument& argument, std::vector<std::string> names) {
  OptionSyntax syntax{.names = std::move(names),
                      .description = std::string(argument.about.help),
                      .kind = kind_of(argument),
                      .choices = {}};
  for (const std::string_view choice : argument.choices()) syntax.choices.emplace_back(choice);
  return syntax;
}

std::vector<std::string> names_of(const Argument& argument) {
  std::vector<std::string> names = {argument.flag()};
  if (argument.about.letter != '\0') names.push_back(std::string{'-', argument.about.letter});
  if (argument.is_on_by_default()) names.push_back(argument.off_flag());
  return names;
}

}  // namespace

CommandSyntax describe(const Command& command) {
  CommandSyntax syntax{.path = command.path(),
                       .description = command.help(),
                       .options = {{.names = {"--help", "-h"},
                                    .description = "Show what the command does and takes",
                                    .choices = {}}},
                       .positionals = {},
                       .subcommands = {}};
  if (syntax.path.empty()) {
    syntax.options.push_back(
        {.names = {"--version"}, .description = "Show the version", .choices = {}});
  }
  for (const auto& option : command.options()) {
    syntax.options.push_back(describe_argument(*option, names_of(*option)));
  }
  for (const auto& place : command.places()) {
    syntax.positionals.push_back(describe_argument(*place, {std::string(place->about.name)}));
  }
  for (const auto& below : command.subcommands()) {
    syntax.subcommands.push_back(describe(*below));
  }
  return syntax;
}

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
