// SPDX-License-Identifier: Apache-2.0
#include "storage/listing.h"

#include <utility>

#include "base/status_macros.h"

namespace verger {

Status visit_selected(const Store& input, const InputOptions& options, Selection& selection,
                      const SelectedVisitor& visitor) {
  const Walk walk{.recursive = options.recursive,
                  .enter = [&](const std::string& name) { return selection.enter(name); },
                  .special = [&](const std::string& name) { selection.special(name); }};
  return input.visit("", walk, [&](FileEntry file) {
    const Selection::Kind kind = selection.take(file.name);
    return kind == Selection::Kind::kPassedOver ? Status() : visitor(std::move(file), kind);
  });
}

ListRow row_of(FileEntry file) { return {std::move(file.name), {file.size, file.mtime_ns}}; }

FileEntry file_of(ListRow row) {
  return {.name = std::move(row.key), .size = row.numbers[0], .mtime_ns = row.numbers[1]};
}

Result<SortedList> list_selected(const Store& input, const InputOptions& options,
                                 Selection& selection,
                                 const std::function<Status(FileEntry)>& container,
                                 const std::function<void()>& image) {
  SortedListBuilder images;
  const auto take = [&](FileEntry file, Selection::Kind kind) {
    if (kind != Selection::Kind::kImage) return container(std::move(file));
    if (image) image();
    return images.add(row_of(std::move(file)));
  };
  VERGER_RETURN_IF_ERROR(visit_selected(input, options, selection, take));
  return images.finish([&](const std::string& name) { return named_twice(input, name); });
}

Result<SortedList> list_images(const Store& input, const InputOptions& options,
                               PassedOver& passed_over, const std::function<void()>& image) {
  Selection selection(options);
  int64_t containers = 0;
  const auto count = [&](const FileEntry&) -> Status {
    ++containers;
    return {};
  };
  VERGER_ASSIGN_OR_RETURN(SortedList files, list_selected(input, options, selection, count, image));
  passed_over = selection.passed_over();
  passed_over.add(PassedReason::kContainer, containers);
  if (files.size() == 0) return no_images(input, options, passed_over);
  return files;
}

Status no_images(const Store& input, const InputOptions& options, const PassedOver& passed_over) {
  const std::string wanted =
      options.pattern.empty() ? ".jpg, .jpeg or .png file" : "file named '" + options.pattern + "'";
  std::string message =
      "No " + wanted + (options.recursive ? " in or below " : " directly in ") + input.shown("");
  if (!passed_over.empty()) message += " can be taken; passed over: " + passed_over.text();
  return Status::io(message.ends_with('.') ? message : message + '.');
}

}  // namespace verger
