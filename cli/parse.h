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

// The command that was chosen: with wants_help(), wants_version() or no action, what it shows is
// asked for. kInvalidArgument, naming the word and the mend, when the words cannot be understood.
Result<const Command*> parse(Command& program, std::span<const std::string> words);

// The command of this name below `parent`; kInvalidArgument with one that may have been meant.
Result<Command*> find_command(const Command& parent, const std::string& name);

}  // namespace verger::cli
