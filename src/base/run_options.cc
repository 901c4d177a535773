// SPDX-License-Identifier: Apache-2.0
#include "base/run_options.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <variant>

#include "base/status_macros.h"

namespace verger {

const RunOption& run_option(std::string_view name) {
  const auto options = run_options();
  const auto option = std::ranges::find(options, name, &RunOption::name);
  assert(option != options.end());
  return *option;
}

namespace {

// Does the field lie there?
bool lies_in(const OptionField& field, PartOfOptions part) {
  const void* const at = std::visit(
      [](const auto& of) -> const void* {
        if constexpr (std::is_same_v<decltype(of), const NamedField&>) {
          return of.field;
        } else {
          return of;
        }
      },
      field);
  return std::less_equal()(part.begin, at) && std::less()(at, part.end);
}

}  // namespace

nlohmann::json part_json(RunOptions& options, PartOfOptions part) {
  nlohmann::json document = nlohmann::json::object();
  for (const RunOption& option : run_options()) {
    const OptionField field = option.field(options);
    if (lies_in(field, part)) document[std::string(option.name)] = option_json(field);
  }
  return document;
}

void read_part(RunOptions& options, PartOfOptions part, const nlohmann::json& from) {
  for (const RunOption& option : run_options()) {
    const OptionField field = option.field(options);
    if (lies_in(field, part)) read_option(field, from.at(std::string(option.name)));
  }
}

Status check_bounds(const RunOptions& options) {
  RunOptions copy = options;
  for (const RunOption& option : run_options()) {
    VERGER_RETURN_IF_ERROR(check_option(option, option.field(copy)));
  }
  return {};
}

nlohmann::json value_json(const RunOption& option, const RunOptions& options) {
  RunOptions copy = options;
  return option_json(option.field(copy));
}

nlohmann::json recorded_json(const RunOptions& options) {
  nlohmann::json record = nlohmann::json::object();
  RunOptions copy = options;
  for (const RunOption& option : run_options()) {
    if (option.recorded == Recorded::kNever) continue;
    record[std::string(option.name)] = option_json(option.field(copy));
  }
  return record;
}

RunOptions parse_recorded(const nlohmann::json& from) {
  RunOptions options;
  if (!from.is_object())
    throw nlohmann::json::type_error::create(302, "options must be an object", &from);
  for (const RunOption& option : run_options()) {
    const auto value = from.find(option.name);
    if (option.recorded == Recorded::kNever || value == from.end()) continue;
    read_option(option.field(options), *value);
  }
  return options;
}

}  // namespace verger
