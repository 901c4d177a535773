// SPDX-License-Identifier: Apache-2.0
// Words of a command line → the fields of the command that they choose.
//
// Options stand as GNU's getopt takes them: "--name value", "--name=value", "-n value", "-nvalue",
// before, between and behind the positional arguments; "--" ends them. A flag may be given a value,
// "--recursive=false". No name may be shortened.
#pragma once

#include <span>
#include <string>

#include "command.h"

namespace verger::cli {

// What the command line asks for.
struct Parsed {
  const Command* command = nullptr;  // chosen
  bool help = false;                 // it asks for the command's help
  bool version = false;
};

// kInvalidArgument, naming the word and the mend, when it cannot be understood.
Result<Parsed> parse(Command& program, std::span<const std::string> words);

// The command of this name below `parent`; kInvalidArgument with one that may have been meant.
Result<Command*> find_command(const Command& parent, const std::string& name);

}  // namespace verger::cli
