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

Result<std::vector<FileEntry>> list_images(const Store& input, const InputOptions& options,
                                           PassedOver& passed_over) {
  std::vector<FileEntry> files;
  Selection selection(options);
  int64_t containers = 0;
  const auto take = [&](FileEntry file, Selection::Kind kind) {
    if (kind == Selection::Kind::kContainer) return ++containers, Status();
    files.push_back(std::move(file));
    return Status();
  };
  VERGER_RETURN_IF_ERROR(visit_selected(input, options, selection, take));
  passed_over = selection.passed_over();
  passed_over.add(PassedReason::kContainer, containers);
  VERGER_RETURN_IF_ERROR(sort_by_name(files, input));
  if (files.empty()) return no_images(input, options, passed_over);
  return files;
}

Status no_images(const Store& input, const InputOptions& options, const PassedOver& passed_over) {
  const std::string wanted =
      options.pattern.empty() ? ".jpg, .jpeg or .png file" : "file named '" + options.pattern + "'";
  std::string message = "No " + wanted + (options.recursive ? " in or below " : " directly in ") +
                        input.display_path("");
  if (!passed_over.empty()) message += " can be taken; passed over: " + passed_over.text();
  return Status::io(message.ends_with('.') ? message : message + '.');
}

}  // namespace verger
