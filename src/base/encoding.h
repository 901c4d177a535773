// SPDX-License-Identifier: Apache-2.0
// Bytes as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace verger {

std::string hex(std::span<const uint8_t> bytes);     // two digits a byte, lower case
std::string base64(std::span<const uint8_t> bytes);  // with its '=' at the end

}  // namespace verger
