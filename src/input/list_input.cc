#include "input/list_input.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "input/packed_source.h"
#include "plan/packed_names.h"
#include "storage/listing.h"

namespace verger {

namespace {

// Both kinds of files below the input, by one listing.
struct InputFiles {
  std::vector<FileEntry> images;
  std::vector<FileEntry> containers;
};

Result<InputFiles> files_of(const Store& input, const InputOptions& options) {
  InputFiles files;
  const auto sort_out = [&](FileEntry file) {
    if (is_image(file.name, options.pattern)) {
      files.images.push_back(std::move(file));
    } else if (is_container(file.name)) {
      files.containers.push_back(std::move(file));
    }
    return Status();
  };
  VERGER_RETURN_IF_ERROR(input.visit("", options.recursive, false, sort_out));
  std::ranges::sort(files.images, {}, &FileEntry::name);
  std::ranges::sort(files.containers, {}, &FileEntry::name);
  return files;
}

// The input itself, when it is a container.
Result<std::vector<FileEntry>> single_container(const Store& input) {
  std::vector<FileEntry> found;
  const std::string path = input.display_path("");
  if (!is_container(path.substr(path.rfind('/') + 1))) return found;
  VERGER_ASSIGN_OR_RETURN(const bool file, input.exists(""));
  if (!file) return found;  // a folder of such a name, as Spark writes tables
  VERGER_ASSIGN_OR_RETURN(FileEntry entry, input.find(""));
  found.push_back(std::move(entry));
  return found;
}

Result<std::unique_ptr<ImageSource>> packed(std::shared_ptr<const Store> input,
                                            std::vector<FileEntry> containers,
                                            const InputOptions& options, const Watch& watch) {
  VERGER_ASSIGN_OR_RETURN(auto source, PackedSource::list(std::move(input), std::move(containers),
                                                          options, watch.cancel));
  return std::unique_ptr<ImageSource>(std::move(source));
}

}  // namespace

Result<std::unique_ptr<ImageSource>> list_input(std::shared_ptr<const Store> input,
                                                const InputOptions& options, const Watch& watch) {
  VERGER_ASSIGN_OR_RETURN(auto single, single_container(*input));
  if (!single.empty()) return packed(std::move(input), std::move(single), options, watch);
  VERGER_ASSIGN_OR_RETURN(InputFiles files, files_of(*input, options));
  if (files.images.empty() && files.containers.empty()) return no_images(*input, options);
  if (files.images.empty()) {
    return packed(std::move(input), std::move(files.containers), options, watch);
  }
  if (!files.containers.empty()) {
    watch.observer.note("Passed over: " + std::to_string(files.containers.size()) +
                        " .parquet, .arrow or .tar files beside the images, such as " +
                        input->display_path(files.containers.front().name) +
                        "; give them as an INPUT of their own.");
  }
  return std::unique_ptr<ImageSource>(
      std::make_unique<StoreSource>(std::move(input), options, std::move(files.images)));
}

}  // namespace verger
