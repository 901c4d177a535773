// SPDX-License-Identifier: Apache-2.0
// Texts from outside, as tables and people may have them.
#pragma once

#include <string>
#include <string_view>

namespace verger {

// Valid UTF-8: each piece of `text` that is none becomes U+FFFD, as in JSON documents
// (json_text.h).
std::string valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);

// For a terminal or a log, on one line: control characters as \n, \t or \x1b, and valid UTF-8.
std::string printable(std::string_view text);

}  // namespace verger
