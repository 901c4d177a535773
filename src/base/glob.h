// SPDX-License-Identifier: Apache-2.0
// Globs as Hadoop's pathGlobFilter has them: those of fnmatch(3), and {a,b} for either of two.
#pragma once

#include <string>
#include <vector>

#include "verger/status.h"

namespace verger {

// Immutable, so thread-safe.
class Glob {
 public:
  // kInvalidArgument, one clause, when its braces stand for more than 1,000 globs.
  static Result<Glob> parse(const std::string& pattern);

  // `path`: does '/' have to be matched by itself?
  bool matches(const std::string& text, bool path = false) const;

 private:
  explicit Glob(std::vector<std::string> alternatives) : alternatives_(std::move(alternatives)) {}

  std::vector<std::string> alternatives_;  // without braces
};

}  // namespace verger
