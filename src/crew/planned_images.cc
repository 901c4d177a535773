// SPDX-License-Identifier: Apache-2.0
#include "crew/planned_images.h"

#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "input/packed_source.h"
#include "parquet/inputs_part.h"

namespace verger {

namespace {

constexpr std::string_view kLetters = "kcr";  // by RowFate

ListedImage image_at(PlanRows& rows, std::size_t row) {
  ListedImage image;
  image.file.name = std::move(rows.file[row]);
  image.file.size = rows.size[row];
  image.file.mtime_ns = rows.modified_ns[row];
  if (!rows.packed()) return image;
  ListedImage::Packed& packed = image.packed.emplace();
  packed.path = std::move(rows.path[row]);
  packed.label = std::move(rows.label[row]);
  packed.place = {.position = rows.position[row], .length = rows.length[row]};
  return image;
}

}  // namespace

void add_image(const ListedImage& image, PlanRows& rows) {
  rows.file.push_back(image.file.name);
  rows.size.push_back(image.file.size);
  rows.modified_ns.push_back(image.file.mtime_ns);
  if (!image.packed) return;
  rows.path.push_back(image.packed->path);
  rows.label.push_back(image.packed->label);
  rows.position.push_back(image.packed->place.position);
  rows.length.push_back(image.packed->place.length);
}

Result<std::unique_ptr<ImageSource>> planned_source(std::shared_ptr<const Store> input,
                                                    PlanRows rows, const InputOptions& options) {
  const bool packed = rows.packed();
  std::vector<ListedImage> images;
  for (std::size_t row = 0; row < rows.count(); ++row) images.push_back(image_at(rows, row));
  if (packed) {
    VERGER_ASSIGN_OR_RETURN(auto source, PackedSource::of(std::move(input), images, options));
    return std::unique_ptr<ImageSource>(std::move(source));
  }
  std::vector<ListRow> files;
  for (ListedImage& image : images) files.push_back(row_of(std::move(image.file)));
  return std::unique_ptr<ImageSource>(
      std::make_unique<StoreSource>(std::move(input), options, SortedList(std::move(files))));
}

std::string letters_of(const ShardMatch& match) {
  std::string letters;
  for (const RowFate fate : match.fate) letters += kLetters[static_cast<std::size_t>(fate)];
  return letters;
}

Result<ShardMatch> match_of(const std::string& letters, const Store& output,
                            const ShardManifest& manifest) {
  if (!manifest.inputs) return Status::io("The order's manifest does not name its inputs.");
  VERGER_ASSIGN_OR_RETURN(InputRows inputs, read_inputs_part(output, *manifest.inputs));
  ShardMatch match{.path = std::move(inputs.path), .fate = {}, .image = {}};
  std::size_t next = 0;
  for (const char letter : letters) {
    const std::size_t fate = kLetters.find(letter);
    if (fate == kLetters.npos) break;
    match.fate.push_back(static_cast<RowFate>(fate));
    match.image.push_back(match.fate.back() == RowFate::kRemoved ? 0 : next++);
  }
  if (match.fate.size() == match.path.size() && letters.size() == match.path.size()) return match;
  return Status::io("The order does not tell what becomes of the rows of " +
                    output.shown(manifest.features.name) + '.');
}

}  // namespace verger
