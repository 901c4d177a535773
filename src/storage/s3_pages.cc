#include "storage/s3_pages.h"

namespace verger {

Status S3Pages::contradiction(const std::string& what) const {
  return Status::io("Cannot list " + place_ + ": the server's answer contradicts itself: " + what +
                    ".");
}

Status S3Pages::check(const std::vector<arrow::fs::FileInfo>& page) {
  const std::string* first = nullptr;
  for (const arrow::fs::FileInfo& info : page) {
    if (!info.path().starts_with(prefix_)) {
      return contradiction("'" + info.path() + "' does not lie there");
    }
    if (!info.IsFile()) continue;
    if (first == nullptr) first = &info.path();
    if (info.size() < 0) {
      return contradiction("'" + info.path() + "' has " + std::to_string(info.size()) + " bytes");
    }
  }
  if (first != nullptr && !first_paths_.insert(*first).second) {
    return contradiction("a page with '" + *first + "' comes again");
  }
  return {};
}

bool FolderGate::admits(std::string_view name) {
  if (!walk_.enter) return true;
  for (std::size_t slash = name.find('/', below_); slash != name.npos;
       slash = name.find('/', slash + 1)) {
    const std::string folder(name.substr(0, slash));
    if (folder.empty() || entered_ == folder || entered_.starts_with(folder + '/')) continue;
    if (refused_.contains(folder)) return false;
    if (!walk_.enter(folder)) return refused_.insert(folder), false;
  }
  entered_ = name.substr(0, std::min(name.rfind('/'), name.size()));
  if (name.find('/') == name.npos) entered_.clear();
  return true;
}

}  // namespace verger
