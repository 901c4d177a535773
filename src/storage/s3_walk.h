// SPDX-License-Identifier: Apache-2.0
// A walk through what a bucket lists.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "s3/client.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Store::visit() of the keys that begin with `prefix` and `folder`, by up to `listers` requests at
// once. `prefix`: the store's own, "" or with a slash at its end, without which names are. `place`:
// for the errors.
Status walk_s3(S3Client& client, const std::string& prefix, const std::string& folder,
               const Walk& walk, int listers, const std::string& place, const FileVisitor& visitor);

// Asks a walk through a folder of each folder between that one and the names that it meets, once
// when they come in order.
class FolderGate {
 public:
  FolderGate(std::string_view folder, const Walk& walk)
      : walk_(walk), below_(folder.empty() ? 0 : folder.size() + 1) {}

  bool admits(std::string_view name);

 private:
  const Walk& walk_;
  const std::size_t below_;                    // where names go on after the walk's own folder
  std::string entered_;                        // the folder of the name before
  std::unordered_set<std::string> refused_{};  // those that must not be asked of again
};

}  // namespace verger
