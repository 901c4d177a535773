// SPDX-License-Identifier: Apache-2.0
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

// A place as the tables show it, as a URI that is ASCII: "file:/a b" → "file:///a%20b". Those of
// other schemes stay as they are.
std::string uri_of(const std::string& shown);

}  // namespace verger
