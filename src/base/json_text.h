// SPDX-License-Identifier: Apache-2.0
// JSON as text: in one place, since the library's writer costs each file that includes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace verger {

// On one line, or indented by so many spaces a level. Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::json& document, int indent = -1);
std::string json_text(const nlohmann::ordered_json& document, int indent = -1);

}  // namespace verger
