// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "console.h"
#include "help.h"

namespace verger::cli {

namespace {

constexpr int kNarrowest = 40;
constexpr int kWidest = 100;
constexpr int kUsual = 80;
constexpr int kNames = 26;  // columns of the names beside which their descriptions stand
constexpr std::string_view kOtherGroup = "Options";

// Words of `text` in lines that fit, all but the first indented. A line break in it stays, and
// what is indented there is indented further here.
std::string wrapped(std::string_view text, int columns, int indent) {
  std::string lines;
  int used = indent;
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  while (true) {
    const std::size_t end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    const bool starts = used == indent;
    if (!starts && used + 1 + display_width(word) > columns) {
      lines += '\n' + margin;
      used = indent;
    } else if (!starts && !word.empty()) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += display_width(word);
    if (end == std::string_view::npos) return lines;
    if (text[end] == '\n') {
      lines += '\n' + margin;
      used = indent;
    }
    text.remove_prefix(end + 1);
  }
}

// A name and what it is: beside each other where the name is short.
std::string entry(const std::string& name, const std::string& description, int columns) {
  const int indent = std::min(kNames, columns / 3);
  const int width = 2 + display_width(name);
  std::string text = "  " + name;
  if (width + 2 > indent) {
    text += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
  } else {
    text += std::string(static_cast<std::size_t>(indent - width), ' ');
  }
  return text + wrapped(description, columns, indent) + '\n';
}

std::string value_of(const Argument& argument) {
  std::string choices;
  for (const std::string_view choice : argument.choices()) {
    choices += (choices.empty() ? "" : "|") + std::string(choice);
  }
  return choices.empty() ? std::string(argument.about.value) : choices;
}

std::string name_of(const Argument& argument) {
  const char letter = argument.about.letter;
  std::string name = letter == '\0' ? "" : std::string{'-', letter} + ", ";
  name += argument.is_on_by_default() ? argument.off_flag() : argument.flag();
  return argument.is_flag() ? name : name + ' ' + value_of(argument);
}

std::string description_of(const Argument& argument) {
  std::string text(argument.is_on_by_default() ? argument.about.off : argument.about.help);
  if (!argument.default_text.empty()) text += " (default: " + argument.default_text + ')';
  return text;
}

std::string usage_of(const Command& command) {
  std::string text = command.full_name();
  if (!command.subcommands().empty()) return text + " COMMAND";
  for (const auto& place : command.places()) {
    const std::string name = std::string(place->about.name) + (place->is_list() ? "…" : "");
    text += place->required ? ' ' + name : " [" + name + ']';
  }
  for (const auto& option : command.options()) {
    if (option->required) text += ' ' + name_of(*option);
  }
  return command.options().empty() ? text : text + " [OPTIONS]";
}

// Options by their groups, in the order in which each was first declared.
std::string options_text(const Command& command, int columns) {
  std::vector<std::string_view> groups;
  for (const auto& option : command.options()) {
    const std::string_view group = option->about.group;
    if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  std::string text;
  for (const std::string_view group : groups) {
    text += '\n' + std::string(group.empty() ? kOtherGroup : group) + ":\n";
    for (const auto& option : command.options()) {
      if (option->about.group != group) continue;
      text += entry(name_of(*option), description_of(*option), columns);
    }
  }
  return text;
}

}  // namespace

int help_columns() {
  const char* set = std::getenv("COLUMNS");
  int columns = set == nullptr ? 0 : std::atoi(set);
  winsize size{};
  if (columns <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return std::clamp(columns <= 0 ? kUsual : columns, kNarrowest, kWidest);
}

std::string help_text(const Command& command, int columns) {
  std::string text = wrapped(usage_of(command), columns, 2) + '\n';
  text += wrapped(command.help() + '.', columns, 0) + '\n';
  if (!command.example().empty()) {
    text += "\nExample:\n";
    const std::size_t end = command.example().find("\n\n");
    std::string_view rest = std::string_view(command.example()).substr(0, end);
    while (!rest.empty()) {  // lines to type, as they are
      const std::size_t line = std::min(rest.find('\n'), rest.size());
      text += "  " + std::string(rest.substr(0, line)) + '\n';
      rest.remove_prefix(std::min(line + 1, rest.size()));
    }
    if (end != std::string::npos) {
      text += wrapped(std::string_view(command.example()).substr(end + 2), columns, 0) + '\n';
    }
  }
  if (!command.subcommands().empty()) text += "\nCommands:\n";
  for (const auto& below : command.subcommands()) {
    text += entry(below->name(), below->help(), columns);
  }
  if (!command.places().empty()) text += '\n';
  for (const auto& place : command.places()) {
    text += entry(std::string(place->about.name), description_of(*place), columns);
  }
  text += options_text(command, columns);
  if (!command.notes().empty()) text += '\n' + wrapped(command.notes(), columns, 0) + '\n';
  return text;
}

}  // namespace verger::cli
