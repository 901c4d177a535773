// SPDX-License-Identifier: Apache-2.0
// The names of options' values, in the order of their enums.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/option.h"
#include "base/status_macros.h"
#include "verger/status.h"

namespace verger {

inline constexpr std::array<std::string_view, 3> kPrecisions{"f32", "f32x3", "bf16"};
inline constexpr std::array<std::string_view, 2> kLayouts{"tables", "notebook"};
inline constexpr std::array<std::string_view, 2> kPackFormats{"parquet", "tar"};
inline constexpr std::array<std::string_view, 3> kRefits{"auto", "always", "never"};
inline constexpr std::array<std::string_view, 2> kAddressings{"path", "virtual"};

// The value of that name; kInvalidArgument, naming the option, when there is none.
template <class Enum>
Result<Enum> parse_choice(std::string_view option, std::span<const std::string_view> names,
                          std::string_view name) {
  Enum value{};
  VERGER_RETURN_IF_ERROR(set_option({.name = option}, named(value, names), name));
  return value;
}

}  // namespace verger
