// SPDX-License-Identifier: Apache-2.0
// How the messages of the crew's protocol are read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "output/records_json.h"
#include "verger/status.h"

namespace verger {

// Runs `parse`; a message that is not of the form is kInvalidArgument.
template <class Parse>
auto parse_message(const char* type, const nlohmann::json& from, const Parse& parse)
    -> Result<decltype(parse())> {
  try {
    check_fractions(from);
    if (from.at("type") == type) return parse();
    return Status::invalid_argument(std::string("It is no ") + type + '.');
  } catch (const nlohmann::json::exception& error) {
    return Status::invalid_argument(std::string("It is no ") + type +
                                    " of the crew's protocol: " + error.what() + '.');
  }
}

}  // namespace verger
