#include "storage/s3_walk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/status_macros.h"
#include "s3/s3_error.h"
#include "storage/io_error.h"

namespace verger {

namespace {

// AWS sends pages without keys where many versions of deleted objects are; but not for ever.
constexpr int kMostEmptyPages = 1000;

Status contradiction(const std::string& place, const std::string& what) {
  return Status::io("Cannot list " + place + ": the server's answer contradicts itself: " + what +
                    ".");
}

}  // namespace

Status walk_s3(S3Client& client, const std::string& prefix, const std::string& folder,
               const Walk& walk, const std::string& place, const FileVisitor& visitor) {
  ListQuery query{.prefix = folder.empty() ? prefix : prefix + folder + '/',
                  .delimiter = walk.recursive ? "" : "/"};
  FolderGate gate(folder, walk);
  std::unordered_set<std::string> tokens;
  int empty_pages = 0;
  bool found = false;
  while (true) {
    auto page = client.list(query);
    if (!page.ok()) return s3_error("list", place, page.error());
    const bool empty = page->objects.empty() && page->prefixes.empty();
    found |= !empty;
    for (const std::string& key : page->prefixes) {
      std::string name = key.substr(prefix.size());
      if (name.ends_with('/')) name.pop_back();
      if (walk.enter && !name.empty()) walk.enter(name);
    }
    for (ListedObject& object : page->objects) {
      std::string name = object.key.substr(prefix.size());
      if (name.empty() || name.ends_with('/') || !gate.admits(name)) continue;
      VERGER_RETURN_IF_ERROR(
          visitor({.name = std::move(name), .size = object.size, .mtime_ns = object.mtime_ns}));
    }
    if (page->next.empty()) break;
    empty_pages = empty ? empty_pages + 1 : 0;
    if (empty_pages > kMostEmptyPages)
      return contradiction(place, "there is no end of empty pages");
    if (!tokens.insert(page->next).second) return contradiction(place, "a page comes again");
    query.token = page->next;
  }
  if (found || walk.missing_ok || query.prefix.empty()) return {};
  return io_error("list", place, ENOENT);
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
