// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Opens a temporary file beside `path`, whose commit syncs it, renames it to `path` and syncs the
// folder: a file that was committed survives a power cut, and so do removals that came before in
// the same folder.
Result<std::unique_ptr<PendingFile>> create_local_file(const std::string& path);

// The name that a temporary file is to have at its commit; none of other files.
std::optional<std::string> temporary_for(const std::string& name);

}  // namespace verger
