// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/place.h"
#include "base/status_macros.h"
#include "syntax.h"

namespace verger::cli {

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::group(const std::string& heading) {
  option_->group(heading);
  return *this;
}

Option& Option::type_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option& Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option& Option::one_of(const std::vector<std::string>& names) {
  option_->check(CLI::IsMember(names));
  return *this;
}

Option& Option::positive() {
  option_->check(CLI::PositiveNumber);
  return *this;
}

Option& Option::not_negative() {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

Option& Option::excludes(const Option& other) {
  option_->excludes(other.option_);
  return *this;
}

Command Command::subcommand(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  return {*app_->add_subcommand(name, help), *chosen_};
}

template <class T>
Option Command::option(const std::string& names, T& field, const std::string& help) {
  CLI::Option* option = app_->add_option(names, field, help);
  // One value a flag: what follows it may be a positional argument.
  if (names.starts_with('-')) option->allow_extra_args(false);
  return Option(*option);
}

template Option Command::option(const std::string&, int&, const std::string&);
template Option Command::option(const std::string&, int64_t&, const std::string&);
template Option Command::option(const std::string&, uint64_t&, const std::string&);
template Option Command::option(const std::string&, double&, const std::string&);
template Option Command::option(const std::string&, std::string&, const std::string&);
template Option Command::option(const std::string&, std::vector<std::string>&, const std::string&);

Option Command::option_function(const std::string& names,
                                const std::function<void(const std::string&)>& take,
                                const std::string& help) {
  return Option(*app_->add_option_function<std::string>(names, take, help));
}

Option Command::flag(const std::string& names, bool& field, const std::string& help) {
  return Option(*app_->add_flag(names, field, help));
}

void Command::footer(const std::string& text) { app_->footer(text); }

void Command::action(Action action) {
  app_->callback([chosen = chosen_, action = std::move(action)] { *chosen = action; });
}

bool Command::given(const std::string& name) const { return app_->count(name) > 0; }

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

OptionSyntax describe_option(const CLI::Option& option) {
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

std::vector<const CLI::App*> subcommands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

CommandSyntax describe_command(const CLI::App& app, std::vector<std::string> path) {
  CommandSyntax syntax;
  syntax.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    auto& place = option->get_positional() ? syntax.positionals : syntax.options;
    place.push_back(describe_option(*option));
  }
  for (const CLI::App* command : subcommands_of(app)) {
    std::vector<std::string> below = path;
    below.push_back(command->get_name());
    syntax.subcommands.push_back(describe_command(*command, std::move(below)));
  }
  syntax.path = std::move(path);
  return syntax;
}

bool has_command(const CLI::App& app, std::string_view name) {
  for (const CLI::App* command : subcommands_of(app)) {
    if (command->get_name() == name) return true;
  }
  return false;
}

}  // namespace

CommandSyntax Command::describe() const { return describe_command(*app_, {}); }

CommandLine::CommandLine(const std::string& description, const std::string& version,
                         const std::string& footer)
    : app_(std::make_unique<CLI::App>(description, "verger")), program_(*app_, chosen_) {
  app_->set_version_flag("--version", version);
  app_->footer(footer);
}

CommandLine::~CommandLine() = default;

Result<Action> CommandLine::parse(int argc, char** argv) {
  // Before any of them can be repeated, in an error or anywhere else.
  for (int i = 1; i < argc; ++i) VERGER_RETURN_IF_ERROR(check_no_credential(argv[i]));
  if (argc > 1 && argv[1][0] != '-' && !has_command(*app_, argv[1])) {
    return Status::invalid_argument("There is no command '" + std::string(argv[1]) +
                                    "'; 'verger --help' lists them.");
  }
  try {
    app_->parse(argc, argv);
    return std::move(chosen_);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      app_->exit(error);
      return Action([] { return Status(); });
    }
    return Status::invalid_argument(std::string(error.what()) +
                                    "; see 'verger --help' or 'verger COMMAND --help'.");
  }
}

}  // namespace verger::cli
