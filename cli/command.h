// SPDX-License-Identifier: Apache-2.0
// The command line as the subcommands' files see it. CLI11 reads it, and is included by command.cc
// alone: its headers take a compiler longer than all the rest of such a file.
//
// Every subcommand's file offers one function, below, that declares the command, its options and
// its help, and what to do when the command line chose it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "verger/status.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace verger::cli {

struct CommandSyntax;

using Action = std::function<Status()>;

// An option or a positional argument that a command has just declared, to say more of it.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  Option& group(const std::string& heading);   // under which the help lists it
  Option& type_name(const std::string& name);  // what the help calls its value
  Option& show_default();                      // in the help: what the field holds now
  Option& one_of(const std::vector<std::string>& names);
  Option& positive();
  Option& not_negative();
  Option& excludes(const Option& other);

 private:
  CLI::Option* option_;
};

// The program or a subcommand of it: a reference into a CommandLine, which must outlive it.
class Command {
 public:
  Command(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  // One of the subcommands of a command must be given.
  Command subcommand(const std::string& name, const std::string& help);

  // `names` are "--name", "-n,--name", or "NAME" of a positional argument. The field must outlive
  // the parsing. T: int, int64_t, uint64_t, double, std::string, or a vector of strings: of a
  // flag that may be given again.
  template <class T>
  Option option(const std::string& names, T& field, const std::string& help);
  // Hands the value to `take` as it is on the command line.
  Option option_function(const std::string& names,
                         const std::function<void(const std::string&)>& take,
                         const std::string& help);
  // "--name", or "--name,!--no-name".
  Option flag(const std::string& names, bool& field, const std::string& help);

  void footer(const std::string& text);
  void action(Action action);  // done when the command line chose this command

  bool given(const std::string& name) const;  // was the option on the command line?
  CommandSyntax describe() const;             // with all below

 private:
  CLI::App* app_;
  Action* chosen_;  // what the whole command line asks for
};

class CommandLine {
 public:
  CommandLine(const std::string& description, const std::string& version,
              const std::string& footer);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command& program() { return program_; }

  // What the command line asks for; help and version are printed at once and leave nothing to do.
  // kInvalidArgument when it cannot be understood.
  Result<Action> parse(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Action chosen_;
  Command program_;
};

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

}  // namespace verger::cli
