// SPDX-License-Identifier: Apache-2.0
// Numbers as sentences show them, and as words hold them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace verger {

std::string format_count(int64_t count);  // 22,688
// With what is counted: "1 image", "22,688 images". `plural`: where it is not `noun` and an "s".
std::string format_count(int64_t count, std::string_view noun, std::string_view plural = {});
std::string format_number(double number);  // 0.95, 1, 1,500

// Takes digits alone, and no more than int64_t holds.
std::optional<int64_t> whole_number(std::string_view digits);

}  // namespace verger
