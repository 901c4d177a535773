// SPDX-License-Identifier: Apache-2.0
#include "input/packed_source.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "storage/listing.h"

namespace verger {

namespace {

// Each reads megabytes at a time: more would take memory and bring nothing.
constexpr int kMostReads = 8;
constexpr int64_t kTextsAtLeast = int64_t{16} << 20;  // bytes

// Keeps what a read hands over.
class KeptImage final : public ImageSink {
 public:
  bool reserve(int64_t /*bytes*/) override { return true; }
  bool deliver(std::size_t /*index*/, Result<std::vector<uint8_t>> bytes) override {
    image = std::move(bytes);
    return false;
  }

  Result<std::vector<uint8_t>> image = Status::io("The image cannot be read.");
};

}  // namespace

Result<std::unique_ptr<PackedSource>> PackedSource::list(std::shared_ptr<const Store> store,
                                                         std::vector<FileEntry> files,
                                                         const InputOptions& options,
                                                         const Watch& watch,
                                                         PassedOver& passed_over) {
  std::unique_ptr<PackedSource> source(
      new PackedSource(std::move(store), std::move(files), options.recursive));
  VERGER_ASSIGN_OR_RETURN(const auto listings, source->list_containers(options, watch.cancel));
  std::string no_images;
  for (std::size_t i = 0; i < listings.size(); ++i) {
    const PackedListing& listing = listings[i];
    const std::string place = source->store_->shown(source->files_[i].name);
    passed_over.add(PassedReason::kHiddenMember, listing.hidden);
    if (!listing.warning.empty()) {
      watch.observer.warning("Perhaps not all of " + place + " is there: " + listing.warning + '.');
    }
    if (listing.no_images.empty()) continue;
    passed_over.add(PassedReason::kNoImages);
    if (no_images.empty()) no_images = place + ": " + listing.no_images;
  }
  if (source->images_.size() > 0) return source;
  return Status::io(source->no_images_text(options, no_images));
}

std::string PackedSource::no_images_text(const InputOptions& options,
                                         const std::string& table) const {
  const std::string wanted =
      options.pattern.empty() ? "image" : "image named '" + options.pattern + "'";
  std::string text = "No " + wanted + " in the " +
                     format_count(files_.size(), ".parquet, .arrow or .tar file") + " of " +
                     store_->shown("");
  if (table.empty()) return text + '.';
  return text + "; " + table + ", and none of them is " +
         (options.image_column.empty()
              ? "'content', 'image.bytes', 'bytes', 'image' or the only one of bytes; name the one "
                "with the images by " +
                    option_name("image_column")
              : "'" + options.image_column + "' of bytes, which " + option_name("image_column") +
                    " names") +
         '.';
}

Result<std::vector<PackedListing>> PackedSource::list_containers(const InputOptions& options,
                                                                 const CancelToken& cancel) {
  std::mutex mutex;
  for (const FileEntry& file : files_) containers_.push_back(make_container(store_, file, options));
  SortedListBuilder images;
  std::vector<PackedListing> listings(files_.size());
  const auto list_one = [&](std::size_t number) -> Status {
    VERGER_ASSIGN_OR_RETURN(listings[number], list_container(number, images, mutex));
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(files_.size(), default_reads_in_flight(), cancel, list_one));
  VERGER_ASSIGN_OR_RETURN(images_, images.finish());
  return listings;
}

// A container's texts may be repeated by a dictionary: what they would take is bounded by what a
// file of its size can tell of images.
Result<PackedListing> PackedSource::list_container(std::size_t number, SortedListBuilder& images,
                                                   std::mutex& mutex) {
  const FileEntry& file = files_[number];
  const int64_t most = kTextsAtLeast + 4 * file.size;
  int64_t texts = 0;
  const auto keep = [&](PackedImage image) -> Status {
    texts += static_cast<int64_t>(image.path.size());
    if (texts > most) {
      return Status::io("Cannot read " + store_->shown(file.name) +
                        ": the paths of its images are larger than it could hold.");
    }
    const std::lock_guard lock(mutex);
    return images.add(
        Image{std::move(image.path), image.place, number, number_of(image.label)}.row());
  };
  return containers_[number]->list(keep);
}

Result<std::unique_ptr<PackedSource>> PackedSource::of(std::shared_ptr<const Store> store,
                                                       const std::vector<ListedImage>& images,
                                                       const InputOptions& options) {
  std::map<std::string, FileEntry> files;
  for (const ListedImage& image : images) files.try_emplace(image.file.name, image.file);
  std::map<std::string, std::size_t> numbers;
  std::vector<FileEntry> entries;
  for (auto& [name, file] : files) {
    numbers[name] = entries.size();
    entries.push_back(std::move(file));
  }
  std::unique_ptr<PackedSource> source(
      new PackedSource(std::move(store), std::move(entries), /*recursive=*/true));
  for (const FileEntry& file : source->files_) {
    source->containers_.push_back(make_container(source->store_, file, options));
    VERGER_RETURN_IF_ERROR(source->containers_.back()->open_listed());
  }
  std::vector<ListRow> rows;
  for (const ListedImage& image : images) {
    const auto& [path, label, place] = *image.packed;
    rows.push_back(Image{path, place, numbers.at(image.file.name), source->number_of(label)}.row());
  }
  source->images_ = SortedList(std::move(rows));
  return source;
}

ListRow PackedSource::Image::row() const {
  return {
      path,
      {static_cast<int64_t>(container), place.position, place.length, static_cast<int64_t>(label)}};
}

PackedSource::Image PackedSource::at(std::size_t image) const {
  ListRow row = images_[image];
  const auto& [container, position, length, label] = row.numbers;
  return {std::move(row.key),
          {position, length},
          static_cast<std::size_t>(container),
          static_cast<std::size_t>(label)};
}

ListedImage PackedSource::listed(std::size_t image) const {
  const auto [path, place, container, label] = at(image);
  return {.file = files_[container],
          .packed = ListedImage::Packed{.path = path, .label = labels_[label], .place = place}};
}

std::size_t PackedSource::number_of(const std::string& label) {
  const auto [entry, is_new] = label_numbers_.try_emplace(label, labels_.size());
  if (is_new) labels_.push_back(label);
  return entry->second;
}

Result<std::vector<uint8_t>> PackedSource::read(std::size_t image) const {
  KeptImage kept;
  read_run(std::span(&image, 1), kept);
  return std::move(kept.image);
}

std::string PackedSource::recorded(const std::string& message, std::size_t image) const {
  const std::string& container = files_[at(image).container].name;
  return with_recorded_name(message, store_->shown(container), store_->display_path(container));
}

std::string PackedSource::fingerprint(std::size_t image) const {
  const auto [path, place, container, label] = at(image);
  const FileEntry& file = files_[container];
  std::string identity = file.name;
  for (const int64_t number : {file.size, file.mtime_ns, place.position, place.length}) {
    identity += '\t' + std::to_string(number);
  }
  return identity + '\t' + labels_[label];
}

std::vector<std::vector<std::size_t>> PackedSource::runs(std::vector<std::size_t> images) const {
  struct Placed {
    std::size_t image;
    std::size_t container;
    ImagePlace place;
  };
  std::vector<Placed> placed;
  for (const std::size_t image : images) {
    const Image packed = at(image);
    placed.push_back({image, packed.container, packed.place});
  }
  std::ranges::sort(placed, {},
                    [](const Placed& one) { return std::pair(one.container, one.place.position); });
  std::vector<std::vector<std::size_t>> runs;
  for (auto from = placed.begin(); from != placed.end();) {
    const std::size_t container = from->container;
    std::vector<ImagePlace> places;
    for (auto one = from; one != placed.end() && one->container == container; ++one) {
      places.push_back(one->place);
    }
    for (const std::size_t length : containers_[container]->cut(places)) {
      auto& run = runs.emplace_back();
      for (const auto to = from + static_cast<std::ptrdiff_t>(length); from != to; ++from) {
        run.push_back(from->image);
      }
    }
  }
  return runs;
}

void PackedSource::read_run(std::span<const std::size_t> run, ImageSink& sink) const {
  std::vector<ImagePlace> places;
  for (const std::size_t image : run) places.push_back(at(image).place);
  containers_[at(run.front()).container]->read(places, sink);
}

int PackedSource::default_reads_in_flight() const {
  return std::min(store_->default_reads_in_flight() / 2, kMostReads);
}

Result<ImageSource::Changed> PackedSource::find_changed() const {
  Changed changed;
  const auto compare = [&](const FileEntry& now) -> Status {
    const auto then = std::ranges::lower_bound(files_, now.name, {}, &FileEntry::name);
    if (then == files_.end() || then->name != now.name) return {};
    if (then->size == now.size && then->mtime_ns == now.mtime_ns) return {};
    if (changed.count++ == 0) changed.first = store_->shown(now.name);
    return {};
  };
  if (files_.front().name.empty()) {  // INPUT is the container
    const auto now = store_->find("");
    if (now.ok()) VERGER_RETURN_IF_ERROR(compare(*now));
  } else {
    VERGER_RETURN_IF_ERROR(store_->visit("", {.recursive = recursive_}, compare));
  }
  VERGER_RETURN_IF_ERROR(images_.check());
  return changed;
}

}  // namespace verger
