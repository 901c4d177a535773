// SPDX-License-Identifier: Apache-2.0
// Scripts by which shells complete the program's commands and options.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"

namespace verger::cli {

// What may follow an option, or stand in a place.
enum class ValueKind { kNone, kFree, kFile, kFolder, kChoice };
ValueKind value_kind(const Argument& argument);

// The words, or the names of the commands, with the separator between them.
std::string join(const std::vector<std::string>& words, std::string_view separator);
std::string join(std::span<const std::string_view> words, std::string_view separator);
std::string names_of(const std::vector<std::unique_ptr<Command>>& commands);

// One script that makes a shell complete `verger`.
std::string bash_completion(const Command& program);
std::string zsh_completion(const Command& program);
std::string fish_completion(const Command& program);

}  // namespace verger::cli
