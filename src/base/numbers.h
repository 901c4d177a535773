// SPDX-License-Identifier: Apache-2.0
// Numbers as sentences show them, and as words hold them.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace verger {

std::string format_count(int64_t count);  // 22,688
template <std::integral Whole>
std::string format_count(Whole count) {
  return format_count(static_cast<int64_t>(count));
}
// With what is counted: "1 image", "22,688 images". `plural`: where it is not `noun` and an "s".
std::string format_count(int64_t count, std::string_view noun, std::string_view plural = {});
template <std::integral Whole>
std::string format_count(Whole count, std::string_view noun, std::string_view plural = {}) {
  return format_count(static_cast<int64_t>(count), noun, plural);
}
std::string format_number(double number);             // 0.95, 1, 1,500
std::string format_fixed(double number, int digits);  // so many behind the point
// A number that is a name and counts nothing, such as a port or a process: 8080.
inline std::string format_name(int64_t number) { return std::to_string(number); }

// Takes digits alone, and no more than int64_t holds.
std::optional<int64_t> whole_number(std::string_view digits);

}  // namespace verger
