// What a server lists, page by page, and whether it can be true.
#pragma once

#include <arrow/filesystem/filesystem.h>

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Checks the pages of one listing. Takes some 100 bytes a page.
class S3Pages {
 public:
  // `place`: what is listed, for the errors; `prefix`: what each path must begin with.
  S3Pages(std::string place, std::string prefix)
      : place_(std::move(place)), prefix_(std::move(prefix)) {}

  // kIo: a path outside of the prefix, a negative size, a page that came before.
  Status check(const std::vector<arrow::fs::FileInfo>& page);
  // Of an entry of a page that was checked: its path behind the prefix.
  std::string name_of(const arrow::fs::FileInfo& info) const {
    return info.path().substr(prefix_.size());
  }

 private:
  Status contradiction(const std::string& what) const;

  const std::string place_;
  const std::string prefix_;
  std::unordered_set<std::string> first_paths_;  // of the pages
};

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
