// SPDX-License-Identifier: Apache-2.0
// Percent-encoding, as AWS signs it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace verger {

// All but letters, digits, '-', '.', '_', '~' and those of `keep` as %XX, in upper case.
std::string percent_encode(std::string_view text, std::string_view keep = "");

// The bytes behind a text that a server encoded as forms are: '+' is a space. nullopt when a '%' is
// not followed by two digits.
std::optional<std::string> form_decode(std::string_view text);

}  // namespace verger
