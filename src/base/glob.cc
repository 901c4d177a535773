// SPDX-License-Identifier: Apache-2.0
#include "base/glob.h"

#include <fnmatch.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/numbers.h"

namespace verger {

namespace {

constexpr std::size_t kMostAlternatives = 1000;

// Where the pieces of the first pair of braces end: the comma or brace behind each; none when no
// brace is closed. A backslash takes the meaning from what follows it.
struct Braces {
  std::size_t open = 0;
  std::vector<std::size_t> ends;
};

Braces first_braces(const std::string& pattern) {
  Braces braces;
  int depth = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (c == '{' && depth++ == 0) {
      braces.open = at;
    } else if (depth > 0 && (c == '}' || (c == ',' && depth == 1))) {
      if (c == '}' && --depth > 0) continue;
      braces.ends.push_back(at);
      if (depth == 0) return braces;
    }
  }
  return {};
}

// False when there would be too many.
bool expand(const std::string& pattern, std::vector<std::string>& globs) {
  if (globs.size() >= kMostAlternatives) return false;
  const Braces braces = first_braces(pattern);
  if (braces.ends.empty()) return globs.push_back(pattern), true;
  const std::string before = pattern.substr(0, braces.open);
  const std::string after = pattern.substr(braces.ends.back() + 1);
  std::size_t begin = braces.open + 1;
  for (const std::size_t end : braces.ends) {
    if (!expand(before + pattern.substr(begin, end - begin) + after, globs)) return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

Result<Glob> Glob::parse(const std::string& pattern) {
  std::vector<std::string> globs;
  if (expand(pattern, globs)) return Glob(std::move(globs));
  return Status::invalid_argument("its braces stand for more than " +
                                  format_count(kMostAlternatives) + " globs");
}

bool Glob::matches(const std::string& text, bool path) const {
  return std::ranges::any_of(alternatives_, [&](const std::string& glob) {
    return fnmatch(glob.c_str(), text.c_str(), path ? FNM_PATHNAME : 0) == 0;
  });
}

}  // namespace verger
