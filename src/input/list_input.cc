// SPDX-License-Identifier: Apache-2.0
#include "input/list_input.h"

#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "input/first_images.h"
#include "input/packed_source.h"
#include "plan/packed_names.h"
#include "storage/listing.h"

namespace verger {

namespace {

// Both kinds of files below the input, by one listing.
struct InputFiles {
  SortedList images;
  std::vector<FileEntry> containers;
};

Result<InputFiles> files_of(const Store& input, const InputOptions& options, Selection& selection,
                            Observer& observer) {
  InputFiles files;
  const auto keep = [&](FileEntry file) -> Status {
    files.containers.push_back(std::move(file));
    return {};
  };
  VERGER_ASSIGN_OR_RETURN(files.images, list_selected(input, options, selection, keep,
                                                      [&] { observer.advanced(1, 0); }));
  VERGER_RETURN_IF_ERROR(sort_by_name(files.containers, input));
  return files;
}

// The input itself, when it is a container.
Result<std::vector<FileEntry>> single_container(const Store& input) {
  std::vector<FileEntry> files;
  if (!is_container(input.display_path(""))) return files;
  VERGER_ASSIGN_OR_RETURN(const bool file, input.exists(""));
  if (!file) return files;  // a folder of such a name, as Spark writes tables
  VERGER_ASSIGN_OR_RETURN(FileEntry entry, input.find(""));
  files.push_back(std::move(entry));
  return files;
}

Result<ListedInput> packed(std::shared_ptr<const Store> input, std::vector<FileEntry> containers,
                           const InputOptions& options, const Watch& watch,
                           PassedOver passed_over) {
  VERGER_ASSIGN_OR_RETURN(auto source, PackedSource::list(std::move(input), std::move(containers),
                                                          options, watch, passed_over));
  return ListedInput{.images = std::move(source), .passed_over = std::move(passed_over)};
}

Result<ListedInput> list(std::shared_ptr<const Store> input, const InputOptions& options,
                         const Watch& watch) {
  VERGER_ASSIGN_OR_RETURN(auto single, single_container(*input));
  if (!single.empty()) return packed(std::move(input), std::move(single), options, watch, {});
  Selection selection(options);
  VERGER_ASSIGN_OR_RETURN(InputFiles files, files_of(*input, options, selection, watch.observer));
  PassedOver passed_over = selection.passed_over();
  if (files.images.size() > 0) {
    passed_over.add(PassedReason::kContainer, static_cast<int64_t>(files.containers.size()));
    return ListedInput{
        .images = std::make_unique<StoreSource>(std::move(input), options, std::move(files.images)),
        .passed_over = std::move(passed_over)};
  }
  if (files.containers.empty()) return no_images(*input, options, passed_over);
  if (const std::string& kind = selection.logged_table(); !kind.empty()) {
    return refuse_logged_table(kind, input->shown(""));
  }
  return packed(std::move(input), std::move(files.containers), options, watch,
                std::move(passed_over));
}

}  // namespace

Result<bool> holds_images(const Store& input, const InputOptions& options) {
  VERGER_ASSIGN_OR_RETURN(const auto single, single_container(input));
  if (!single.empty()) return true;
  Selection selection(options);
  bool holds = false;
  const auto stop = [&](const FileEntry&, Selection::Kind) {
    holds = true;
    return Status::cancelled("Found.");
  };
  const Status looked = visit_selected(input, options, selection, stop);
  if (holds || looked.ok()) return holds;
  return looked;
}

Result<ListedInput> list_input(std::shared_ptr<const Store> input, const InputOptions& options,
                               const Watch& watch) {
  VERGER_ASSIGN_OR_RETURN(ListedInput listed, list(std::move(input), options, watch));
  listed.in_input = listed.images->size();
  const auto limit = static_cast<std::size_t>(options.limit);
  if (limit > 0 && limit < listed.in_input) {
    listed.images = std::make_unique<FirstImages>(std::move(listed.images), limit);
  }
  const PassedOver& passed_over = listed.passed_over;
  if (passed_over.empty()) return listed;
  const std::string text = passed_over.text();
  watch.observer.note("Passed over: " + text + (text.ends_with('.') ? "" : "."));
  return listed;
}

}  // namespace verger
