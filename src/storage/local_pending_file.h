// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// A file or folder of this machine, and how a person wrote it.
struct LocalFile {
  std::string path;
  std::string shown;

  LocalFile folder() const;  // that it is in
};

// Opens a temporary file beside this one, whose commit syncs it, gives it this one's name and syncs
// the folder: a file that was committed survives a power cut, and so do removals that came before
// in the same folder.
Result<std::unique_ptr<PendingFile>> create_local_file(const LocalFile& target);

// The name that a temporary file is to have at its commit; none of other files.
std::optional<std::string> temporary_for(const std::string& name);

}  // namespace verger
