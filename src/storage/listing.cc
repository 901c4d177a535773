#include "storage/listing.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>

#include "base/status_macros.h"

namespace verger {

namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".jpg", ".jpeg", ".png"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_with_any_case(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  return std::ranges::equal(name.substr(name.size() - ending.size()), ending, {}, lower);
}

// Spark's rule: a name with a leading dot or underscore is not data, and neither is what is below
// a folder of such a name.
bool is_hidden(std::string_view name) {
  if (name.starts_with('.') || name.starts_with('_')) return true;
  return name.find("/.") != name.npos || name.find("/_") != name.npos;
}

bool matches(const std::string& name, const std::string& pattern) {
  const char* file = name.c_str() + name.rfind('/') + 1;  // npos + 1 is 0
  if (!pattern.empty()) return fnmatch(pattern.c_str(), file, 0) == 0;
  return std::ranges::any_of(
      kExtensions, [file](std::string_view ending) { return ends_with_any_case(file, ending); });
}

}  // namespace

Status visit_images(const Store& input, const InputOptions& options, const FileVisitor& visitor) {
  return input.visit("", options.recursive, false, [&](FileEntry file) {
    const bool image = !is_hidden(file.name) && matches(file.name, options.pattern);
    return image ? visitor(std::move(file)) : Status();
  });
}

Result<std::vector<FileEntry>> list_images(const Store& input, const InputOptions& options) {
  std::vector<FileEntry> files;
  VERGER_RETURN_IF_ERROR(visit_images(input, options, [&](FileEntry file) {
    files.push_back(std::move(file));
    return Status();
  }));
  std::ranges::sort(files, {}, &FileEntry::name);
  if (files.empty()) {
    const std::string wanted = options.pattern.empty() ? ".jpg, .jpeg or .png file"
                                                       : "file named '" + options.pattern + "'";
    return Status::io("No " + wanted + (options.recursive ? " in or below " : " directly in ") +
                      input.display_path("") + ".");
  }
  return files;
}

std::string label_of(std::string_view display_path) {
  const std::size_t name = display_path.rfind('/');
  if (name == display_path.npos || name == 0) return "";
  const std::string_view folder = display_path.substr(0, name);
  const std::size_t slash = folder.rfind('/');
  if (slash != folder.npos) return std::string(folder.substr(slash + 1));
  return folder.ends_with(':') ? "" : std::string(folder);  // "file:" is the filesystem's root
}

std::vector<Shard> plan_shards(std::size_t images, int parts) {
  const std::size_t needed = (images + kMaxShardRows - 1) / kMaxShardRows;
  const std::size_t wanted = static_cast<std::size_t>(std::max(parts, 1));
  const std::size_t count = std::max(needed, std::min(wanted, images));
  std::vector<Shard> shards;
  shards.reserve(count);
  std::size_t begin = 0;
  for (std::size_t number = 0; number < count; ++number) {
    const std::size_t size = images / count + (number < images % count ? 1 : 0);
    shards.push_back({number, begin, begin + size});
    begin += size;
  }
  return shards;
}

}  // namespace verger
