// SPDX-License-Identifier: Apache-2.0
// The help of a command: for people, and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "command.h"

namespace verger::cli {

// Lines of at most `columns` columns: an example first, then what the command takes.
std::string help_text(const Command& command, int columns);

// The columns for it: $COLUMNS, else those of the terminal on standard output, else 80; from 40 to
// 100, since longer lines are hard to read.
int help_columns();

// The command and all below it (docs/formats.md): "verger help --json".
nlohmann::ordered_json help_json(const Command& command);

}  // namespace verger::cli
