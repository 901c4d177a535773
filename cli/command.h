// SPDX-License-Identifier: Apache-2.0
// The command line as data: commands, and what each takes. Parsing (parse.h), the help (help.h) and
// the shells' completion (completion.h) all read this one description.
//
// Every subcommand's file offers one function, below, that declares the command, its options and
// its help, and what to do when the command line chose it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/option.h"
#include "base/run_options.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger::cli {

using Action = std::function<Status()>;

// An option of a command, or a positional argument: then its name is in capitals.
struct Argument {
  OptionDeclaration about;
  OptionField field;  // outlives the parsing
  bool required = false;
  bool given = false;  // after the parsing
  bool bare = false;   // stands without a value, as --help does

  bool is_flag() const { return std::holds_alternative<bool*>(field); }
  bool is_list() const { return std::holds_alternative<std::vector<std::string>*>(field); }
  // A flag that is on unless --no-name turns it off.
  bool is_on_by_default() const { return is_flag() && on_by_default; }
  std::span<const std::string_view> choices() const { return choices_of(about, field); }
  std::string flag() const;                // "--max-pixels"
  std::string off_flag() const;            // "--no-recursive"
  std::vector<std::string> names() const;  // all by which an option is given

  Recorded recorded = Recorded::kNever;  // what a run records of it
  bool on_by_default = false;
  std::string default_json{};  // what the field held when it was declared
  std::string default_text{};  // what holds without it; "" where there is nothing to tell
};

// The program or a command of it.
class Command {
 public:
  Command(std::string name, std::string help, const Command* parent = nullptr);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Command& subcommand(const std::string& name, const std::string& help);

  // The field must outlive the parsing; what it holds now is the default.
  Argument& option(const OptionDeclaration& about, OptionField field);
  Argument& place(const OptionDeclaration& about, OptionField field);
  // The run's options that this command takes, by run_options.h.
  void run_options(Takers taker, RunOptions& options);

  // The first line is a command to type; then what it does.
  void example(std::string text) { example_ = std::move(text); }
  void notes(std::string text) { notes_ = std::move(text); }
  void action(Action action) { action_ = std::move(action); }

  bool given(std::string_view option) const;  // was it on the command line?
  // Does the command line ask for them, in place of the command?
  bool wants_help() const { return wants_help_; }
  bool wants_version() const { return wants_version_; }

  const std::string& name() const { return name_; }
  const std::string& help() const { return help_; }
  const std::string& example() const { return example_; }
  const std::string& notes() const { return notes_; }
  const Action& action() const { return action_; }
  std::vector<std::string> path() const;  // below the program: {"weights", "fetch"}
  std::string full_name() const;          // "verger weights fetch"
  // Those of the command itself. Each has --help besides, and the program --version.
  const std::vector<std::unique_ptr<Argument>>& options() const { return options_; }
  std::vector<Argument*> all_options() const;
  const std::vector<std::unique_ptr<Argument>>& places() const { return places_; }
  const std::vector<std::unique_ptr<Command>>& subcommands() const { return subcommands_; }
  Command* find(std::string_view subcommand) const;  // null when there is none

 private:
  std::string name_;
  std::string help_;
  std::string example_;
  std::string notes_;
  const Command* parent_;
  Action action_;
  bool wants_help_ = false;
  bool wants_version_ = false;
  std::vector<std::unique_ptr<Argument>> standing_options_;
  std::vector<std::unique_ptr<Argument>> options_;
  std::vector<std::unique_ptr<Argument>> places_;
  std::vector<std::unique_ptr<Command>> subcommands_;
};

// The command itself and all below it, parents first.
std::vector<const Command*> all_commands(const Command& root);

void add_run(Command& program);
void add_extract(Command& program);
void add_reduce(Command& program);
void add_apply(Command& program);
void add_update(Command& program);
void add_inspect(Command& program);
void add_similar(Command& program);
void add_duplicates(Command& program);
void add_serve(Command& program);
void add_report(Command& program);
void add_weights(Command& program);
void add_pack(Command& program);
void add_sample(Command& program);
void add_work(Command& program);
void add_completion(Command& program);
void add_help(Command& program);

}  // namespace verger::cli
