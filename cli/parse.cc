// SPDX-License-Identifier: Apache-2.0
#include "parse.h"

#include <algorithm>
#include <vector>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "base/words.h"

namespace verger::cli {

namespace {

std::string in_quotes(const std::string& word) { return '\'' + word + '\''; }

std::string see_help(const Command& command) {
  return "'" + command.full_name() + " --help' shows what it takes.";
}

// A flag as the reader gives the option: "--max-pixels", or "max_pixels".
std::string spelled(std::string flag) {
  if (!flag.starts_with("--")) return flag;
  flag.erase(0, 2);
  std::ranges::replace(flag, '-', '_');
  return option_name(flag);
}

class Parser {
 public:
  Parser(Command& program, std::span<const std::string> words)
      : command_(&program), words_(words) {}

  Result<const Command*> run() {
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      const bool option = !only_places_ && word.size() > 1 && word.starts_with('-');
      if (option && word == "--") {
        only_places_ = true;
      } else if (option) {
        VERGER_RETURN_IF_ERROR(take_option(word));
        if (command_->wants_help() || command_->wants_version()) return command_;
      } else if (!command_->subcommands().empty()) {
        VERGER_ASSIGN_OR_RETURN(command_, find_command(*command_, word));
      } else {
        places_.push_back(word);
      }
    }
    if (!command_->action()) return command_;
    VERGER_RETURN_IF_ERROR(take_places());
    VERGER_RETURN_IF_ERROR(check_complete());
    return command_;
  }

 private:
  struct Named {
    Argument* argument = nullptr;
    bool off = false;  // by its --no-name
  };

  Named find(std::string_view name) const {
    for (Argument* argument : command_->all_options()) {
      const std::vector<std::string> names = argument->names();
      if (std::ranges::find(names, name) == names.end()) continue;
      return {argument, argument->is_on_by_default() && argument->off_flag() == name};
    }
    return {};
  }

  Status unknown(const std::string& name) const {
    std::vector<std::string> names;
    for (const Argument* argument : command_->all_options()) {
      for (const std::string& one : argument->names()) {
        if (one.starts_with("--") && one != name) names.push_back(one);
      }
    }
    const std::string nearest = nearest_name(name, names);
    const std::string mend = nearest.empty() ? "; " : "; did you mean " + spelled(nearest) + "? ";
    return Status::invalid_argument('\'' + command_->full_name() + "' has no option " +
                                    spelled(name) + mend + see_help(*command_));
  }

  Status take_option(const std::string& word) {
    const bool is_long = word.starts_with("--");
    const std::size_t equals = is_long ? word.find('=') : word.npos;
    const std::string name = word.substr(0, is_long ? equals : 2);
    const auto [argument, off] = find(name);
    if (argument == nullptr || (argument->bare && equals != word.npos)) return unknown(name);
    if (argument->given && !argument->is_list()) {
      return Status::invalid_argument(spelled(name) + " is given twice; give it once.");
    }
    argument->given = true;
    if (off) {
      if (equals != word.npos) return Status::invalid_argument(name + " takes no value.");
      return set_option(argument->about, argument->field, "false");
    }
    if (equals != word.npos) {
      return set_option(argument->about, argument->field, word.substr(equals + 1));
    }
    if (argument->is_flag()) {
      if (word.size() > name.size()) return unknown(word);
      return set_option(argument->about, argument->field, "true");
    }
    if (word.size() > name.size()) {  // -n5
      return set_option(argument->about, argument->field, word.substr(name.size()));
    }
    if (at_ + 1 == words_.size() || is_option(words_[at_ + 1])) {
      return Status::invalid_argument(spelled(name) + " needs a value; " + see_help(*command_));
    }
    return set_option(argument->about, argument->field, words_[++at_]);
  }

  // Does it begin as an option that there is? Any other word may be a value, such as "-1".
  bool is_option(const std::string& word) const {
    return word.size() > 2 && word.starts_with("--") &&
           find(word.substr(0, word.find('='))).argument != nullptr;
  }

  Status take_places() {
    const auto& declared = command_->places();
    const bool endless = !declared.empty() && declared.back()->is_list();
    if (places_.size() > declared.size() && !endless) return too_many();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      Argument& argument = *declared[std::min(i, declared.size() - 1)];
      argument.given = true;
      VERGER_RETURN_IF_ERROR(set_option(argument.about, argument.field, places_[i]));
    }
    return {};
  }

  Status too_many() const {
    std::vector<std::string> expected;
    std::vector<std::string> given;
    for (const auto& argument : command_->places()) {
      expected.emplace_back(argument->about.name);
    }
    for (const std::string& word : places_) given.push_back(in_quotes(word));
    return Status::invalid_argument(
        '\'' + command_->full_name() + "' takes " +
        (expected.empty() ? "no argument but options" : in_words(expected, "and") + " alone") +
        ", and was given " + in_words(given, "and") + "; " + see_help(*command_));
  }

  Status check_complete() const {
    std::vector<std::string> missing;
    for (const auto& argument : command_->places()) {
      if (argument->required && !argument->given) missing.emplace_back(argument->about.name);
    }
    for (const auto& argument : command_->options()) {
      if (argument->required && !argument->given)
        missing.push_back(option_name(argument->about.name));
      if (!argument->given || !command_->given(argument->about.excludes)) continue;
      return Status::invalid_argument(option_name(argument->about.excludes) + " and " +
                                      option_name(argument->about.name) +
                                      " exclude each other: give one of them.");
    }
    if (missing.empty()) return {};
    return Status::invalid_argument('\'' + command_->full_name() + "' needs " +
                                    in_words(missing, "and") + "; " + see_help(*command_));
  }

  Command* command_;
  std::span<const std::string> words_;
  std::size_t at_ = 0;
  bool only_places_ = false;
  std::vector<std::string> places_;
};

}  // namespace

Result<Command*> find_command(const Command& parent, const std::string& name) {
  if (Command* command = parent.find(name); command != nullptr) return command;
  std::vector<std::string> names;
  for (const auto& command : parent.subcommands()) names.push_back(command->name());
  const std::string nearest = nearest_name(name, names);
  const std::string full = parent.full_name();
  return Status::invalid_argument('\'' + full + "' has no command '" + name + "'; " +
                                  (nearest.empty() ? "" : "did you mean " + nearest + "? ") + '\'' +
                                  full + " --help' lists them.");
}

Result<const Command*> parse(Command& program, std::span<const std::string> words) {
  return Parser(program, words).run();
}

}  // namespace verger::cli
