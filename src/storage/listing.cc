#include "storage/listing.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace verger {

Status visit_images(const Store& input, const InputOptions& options, const FileVisitor& visitor) {
  return input.visit("", options.recursive, false, [&](FileEntry file) {
    return is_image(file.name, options.pattern) ? visitor(std::move(file)) : Status();
  });
}

Result<std::vector<FileEntry>> list_images(const Store& input, const InputOptions& options) {
  std::vector<FileEntry> files;
  VERGER_RETURN_IF_ERROR(visit_images(input, options, [&](FileEntry file) {
    files.push_back(std::move(file));
    return Status();
  }));
  std::ranges::sort(files, {}, &FileEntry::name);
  if (files.empty()) return no_images(input, options);
  return files;
}

Status no_images(const Store& input, const InputOptions& options) {
  const std::string wanted =
      options.pattern.empty() ? ".jpg, .jpeg or .png file" : "file named '" + options.pattern + "'";
  return Status::io("No " + wanted + (options.recursive ? " in or below " : " directly in ") +
                    input.display_path("") + ".");
}

}  // namespace verger
