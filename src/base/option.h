// SPDX-License-Identifier: Apache-2.0
// An option as it is declared: once, for all who take, show, record or compare it.
//
// Its flag is "--max-pixels", and its field, its keyword in Python and its key in a run's record
// are "max_pixels". run_options.h declares those of RunOptions; a command of the program that has
// others declares them beside itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "verger/status.h"

namespace verger {

// The headings of the help that more than one file uses.
inline constexpr std::string_view kResultsGroup = "Results";
inline constexpr std::string_view kOutputGroup = "Output";
inline constexpr std::string_view kSpeedGroup = "Speed";
inline constexpr std::string_view kMessagesGroup = "Messages";

// What a number may be.
struct Bounds {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool above = false;       // `least` itself is not allowed
  bool zero_unset = false;  // a field of 0 was not set, and is no value that may be given

  bool hold(double value) const;
  // "at least 1", "between 1 and 100,000", "above 0 and at most 1"; or ""
  std::string text() const;
};

// A field whose type is an enum of consecutive values from 0, each of which has a name.
struct NamedField {
  void* field;
  std::size_t (*get)(const void*);
  void (*set)(void*, std::size_t);
  std::span<const std::string_view> names;
};

template <class Enum>
NamedField named(Enum& field, std::span<const std::string_view> names) {
  return {&field,
          [](const void* at) { return static_cast<std::size_t>(*static_cast<const Enum*>(at)); },
          [](void* at, std::size_t value) { *static_cast<Enum*>(at) = static_cast<Enum>(value); },
          names};
}

// A vector holds what was given one by one.
using OptionField = std::variant<bool*, int*, int64_t*, uint64_t*, double*, std::string*,
                                 std::vector<std::string>*, NamedField>;

struct OptionDeclaration {
  std::string_view name{};      // "max_pixels"
  std::string_view group{};     // the heading of the help that it stands below
  std::string_view value{};     // what the help calls its value: "N"; of a choice and a flag: ""
  std::string_view help{};      // a phrase: what it does; its default and its choices are not told
  std::string_view off{};       // the same of its --no-name, of a flag that is on by default
  std::string_view unset{};     // what holds without it, where the field's own value does not tell
  Bounds bounds{};              // what a number may be
  char letter = '\0';           // 'n': it is "-n" as well
  std::string_view excludes{};  // the name of the option that cannot be given beside it
  std::span<const std::string_view>
      choices{};  // what a text may be, where it is one of a few; "" is none
};

// What a text of the command line says. kInvalidArgument, naming the option and the mend.
Status set_option(const OptionDeclaration& option, const OptionField& field, std::string_view text);

// Is what the field holds allowed? kInvalidArgument, naming the option.
Status check_option(const OptionDeclaration& option, const OptionField& field);

Status check_number(const OptionDeclaration& option, double value);

// The values that may be given, where they are few and have names; else none.
std::span<const std::string_view> choices_of(const OptionDeclaration& option,
                                             const OptionField& field);

// In a run's record. Reading throws nlohmann::json::exception when it is of another type, or no
// name that may be given.
nlohmann::json option_json(const OptionField& field);
void read_option(const OptionField& field, const nlohmann::json& from);

// Which of `names` may have been meant by a mistyped `word`; "" when none is near.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

}  // namespace verger
