// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace verger {

// The number in at least so many digits: "00007".
inline std::string zero_filled(std::size_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  return text.insert(0, text.size() < digits ? digits - text.size() : 0, '0');
}

}  // namespace verger
