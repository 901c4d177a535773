// SPDX-License-Identifier: Apache-2.0
#include "plan/packed_names.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "plan/image_names.h"

namespace verger {

bool is_container(const std::string& name) {
  static const ImageNames containers(
      "*.{[pP][aA][rR][qQ][uU][eE][tT],[aA][rR][rR][oO][wW],[tT][aA][rR]}");
  return containers.match(name);
}

std::string plain_name(std::string_view name) {
  std::string plain;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    if (part.empty() || part == "." || part == "..") continue;
    if (!plain.empty()) plain += '/';
    plain += part;
  }
  return plain;
}

std::string key_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return name.substr(0, name.find('.', slash == name.npos ? 0 : slash));
}

std::string row_name(long long row) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%012lld", row);
  return text.data();
}

}  // namespace verger
