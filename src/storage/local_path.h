// What people write for a local place → an absolute path.
#pragma once

#include <string>

#include "verger/status.h"

namespace verger {

// The scheme of a URI such as "s3://bucket/key", or "" for a plain path.
std::string scheme_of(const std::string& place);

// Absolute, with `.`, `..` and doubled slashes resolved by the text alone, as Hadoop does, and
// links kept. `place`: a path, "file:///a%20b" (percent-decoded) or "file:/a b" (as the tables
// show it, taken literally).
Result<std::string> local_path(const std::string& place);

}  // namespace verger
