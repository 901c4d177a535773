// SPDX-License-Identifier: Apache-2.0
#include "base/option_name.h"

#include <algorithm>
#include <atomic>

namespace verger {

namespace {

std::atomic<Spelling> spelling = Spelling::kKeyword;

}  // namespace

void spell_options(Spelling chosen) { spelling = chosen; }

std::string flag_name(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

std::string option_name(std::string_view name) {
  const bool positional = !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
  if (positional) return std::string(name);
  return spelling == Spelling::kFlag ? flag_name(name) : std::string(name);
}

std::string option_set(std::string_view name) {
  return spelling == Spelling::kFlag ? flag_name(name) : std::string(name) + "=True";
}

std::string option_set(std::string_view name, std::string_view value) {
  const std::string text(value);
  return spelling == Spelling::kFlag ? flag_name(name) + ' ' + text
                                     : std::string(name) + "='" + text + '\'';
}

}  // namespace verger
