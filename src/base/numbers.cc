// SPDX-License-Identifier: Apache-2.0
#include "base/numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <system_error>

namespace verger {

std::optional<int64_t> whole_number(std::string_view digits) {
  int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || digits.starts_with('-')) return std::nullopt;
  return number;
}

std::string format_count(int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t first_digit = text.front() == '-' ? 1 : 0;
  for (std::size_t i = text.size(); i > first_digit + 3;) text.insert(i -= 3, 1, ',');
  return text;
}

std::string format_count(int64_t count, std::string_view noun, std::string_view plural) {
  const std::string number = format_count(count) + ' ';
  if (count == 1) return number + std::string(noun);
  return number + (plural.empty() ? std::string(noun) + 's' : std::string(plural));
}

std::string format_fixed(double number, int digits) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

std::string format_number(double number) {
  constexpr double kMostWhole = int64_t{1} << 53;
  if (std::abs(number) < kMostWhole && number == std::floor(number)) {
    return format_count(static_cast<int64_t>(number));
  }
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, number);
  return {text, written.ptr};
}

}  // namespace verger
