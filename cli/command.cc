// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/numbers.h"
#include "base/option_name.h"

namespace verger::cli {

namespace {

// What the field holds by default, when that tells something.
std::string default_of(const Argument& argument) {
  const OptionDeclaration& about = argument.about;
  if (!about.unset.empty()) return std::string(about.unset);
  if (argument.is_flag() || argument.is_list()) return {};
  const nlohmann::json value = option_json(argument.field);
  if (value.is_number() && about.bounds.zero_unset && value == 0) return {};
  if (value.is_number()) return format_number(value.get<double>());
  return value.get<std::string>();
}

std::unique_ptr<Argument> new_argument(const OptionDeclaration& about, OptionField field) {
  auto argument = std::make_unique<Argument>(Argument{.about = about, .field = field});
  argument->default_json = json_text(option_json(argument->field));
  return argument;
}

constexpr OptionDeclaration kHelpOption{
    .name = "help", .help = "Show what the command does and takes", .letter = 'h'};
constexpr OptionDeclaration kVersionOption{.name = "version", .help = "Show the version"};

}  // namespace

std::string Argument::flag() const { return flag_name(about.name); }

std::string Argument::off_flag() const { return "--no-" + flag().substr(2); }

std::vector<std::string> Argument::names() const {
  std::vector<std::string> names = {flag()};
  if (about.letter != '\0') names.push_back(std::string{'-', about.letter});
  if (is_on_by_default()) names.push_back(off_flag());
  return names;
}

Command::Command(std::string name, std::string help, const Command* parent)
    : name_(std::move(name)), help_(std::move(help)), parent_(parent) {
  standing_options_.push_back(new_argument(kHelpOption, &wants_help_));
  if (parent == nullptr) standing_options_.push_back(new_argument(kVersionOption, &wants_version_));
  for (const auto& option : standing_options_) option->bare = true;
}

Command& Command::subcommand(const std::string& name, const std::string& help) {
  return *subcommands_.emplace_back(std::make_unique<Command>(name, help, this));
}

Argument& Command::option(const OptionDeclaration& about, OptionField field) {
  Argument& argument = *options_.emplace_back(new_argument(about, field));
  argument.default_text = default_of(argument);
  const auto* flag = std::get_if<bool*>(&argument.field);
  argument.on_by_default = flag != nullptr && **flag;
  return argument;
}

Argument& Command::place(const OptionDeclaration& about, OptionField field) {
  Argument& argument = *places_.emplace_back(new_argument(about, field));
  argument.required = about.unset.empty();
  argument.default_text = about.unset;
  return argument;
}

void Command::run_options(Takers taker, RunOptions& options) {
  for (const RunOption& declared : verger::run_options()) {
    if ((declared.takers & taker) == 0) continue;
    option(declared, declared.field(options)).recorded = declared.recorded;
  }
}

bool Command::given(std::string_view option) const {
  return std::ranges::any_of(options_, [&](const auto& argument) {
    return argument->about.name == option && argument->given;
  });
}

std::vector<Argument*> Command::all_options() const {
  std::vector<Argument*> all;
  for (const auto& option : standing_options_) all.push_back(option.get());
  for (const auto& option : options_) all.push_back(option.get());
  return all;
}

std::vector<std::string> Command::path() const {
  if (parent_ == nullptr) return {};
  std::vector<std::string> path = parent_->path();
  path.push_back(name_);
  return path;
}

std::string Command::full_name() const {
  return parent_ == nullptr ? name_ : parent_->full_name() + ' ' + name_;
}

Command* Command::find(std::string_view subcommand) const {
  for (const auto& command : subcommands_) {
    if (command->name() == subcommand) return command.get();
  }
  return nullptr;
}

std::vector<const Command*> all_commands(const Command& root) {
  std::vector<const Command*> commands = {&root};
  for (const auto& command : root.subcommands()) {
    for (const Command* below : all_commands(*command)) commands.push_back(below);
  }
  return commands;
}

}  // namespace verger::cli
