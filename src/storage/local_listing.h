// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// How names of files begin that are not complete yet. Spark, pyarrow and DuckDB's globs pass over
// names with a leading dot.
inline constexpr std::string_view kTemporaryPrefix = ".verger-tmp-";

// Store::visit() of the local folder `path`, of up to `listers` folders at once; `prefix` goes
// before every name, and `root` before the names in errors.
Status visit_local(const std::string& path, const std::string& prefix, const Walk& walk,
                   int listers, const std::string& root, const FileVisitor& visitor);

}  // namespace verger
