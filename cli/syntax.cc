#include "syntax.h"

#include <string_view>
#include <utility>

namespace verger::cli {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (true) {
    const std::size_t end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// CLI11 tells what a value is by its type's name and its checks' descriptions: "INT:POSITIVE",
// "TEXT:{path,virtual}", "path|virtual:{path,virtual}".
void set_kind(const std::string& type, OptionSyntax& syntax) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin);
  if (begin != std::string::npos && end != std::string::npos) {
    syntax.kind = ValueKind::kChoice;
    syntax.choices = split(std::string_view(type).substr(begin + 1, end - begin - 1), ',');
  } else if (type.starts_with("DIR")) {
    syntax.kind = ValueKind::kFolder;
  } else if (type.starts_with("TEXT") || type.starts_with("FILE")) {
    syntax.kind = ValueKind::kFile;
  } else {
    syntax.kind = ValueKind::kFree;
  }
}

OptionSyntax describe(const CLI::Option& option) {
  OptionSyntax syntax{.names = {}, .description = option.get_description(), .choices = {}};
  if (option.get_positional()) {
    syntax.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_lnames()) syntax.names.push_back("--" + name);
    for (const std::string& name : option.get_snames()) syntax.names.push_back("-" + name);
  }
  if (option.get_items_expected_max() > 0) set_kind(option.get_type_name(), syntax);
  return syntax;
}

CommandSyntax describe(const CLI::App& app, std::vector<std::string> path) {
  CommandSyntax syntax;
  syntax.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    auto& place = option->get_positional() ? syntax.positionals : syntax.options;
    place.push_back(describe(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::string> below = path;
    below.push_back(command->get_name());
    syntax.subcommands.push_back(describe(*command, std::move(below)));
  }
  syntax.path = std::move(path);
  return syntax;
}

}  // namespace

CommandSyntax describe(const CLI::App& app) { return describe(app, {}); }

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
