#include "input/packed_source.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

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
    const std::string place = source->store_->display_path(source->files_[i].name);
    passed_over.add(PassedReason::kHiddenMember, listing.hidden);
    if (!listing.warning.empty()) {
      watch.observer.warning("Perhaps not all of " + place + " is there: " + listing.warning + '.');
    }
    if (listing.no_images.empty()) continue;
    passed_over.add(PassedReason::kNoImages);
    if (no_images.empty()) no_images = place + ": " + listing.no_images;
  }
  if (!source->images_.empty()) return source;
  return Status::io(source->no_images_text(options, no_images));
}

std::string PackedSource::no_images_text(const InputOptions& options,
                                         const std::string& table) const {
  const std::string wanted =
      options.pattern.empty() ? "image" : "image named '" + options.pattern + "'";
  std::string text = "No " + wanted + " in the " + std::to_string(files_.size()) +
                     " .parquet, .arrow and .tar files of " + store_->display_path("");
  if (table.empty()) return text + '.';
  return text + "; " + table + ", and none of them is " +
         (options.image_column.empty()
              ? "'content', 'image.bytes', 'bytes', 'image' or the only one of bytes; name the one "
                "with the images by --image-column"
              : "'" + options.image_column + "' of bytes, which --image-column names") +
         '.';
}

Result<std::vector<PackedListing>> PackedSource::list_containers(const InputOptions& options,
                                                                 const CancelToken& cancel) {
  std::mutex mutex;
  for (const FileEntry& file : files_) containers_.push_back(make_container(store_, file, options));
  std::vector<PackedListing> listings(files_.size());
  const auto list_one = [&](std::size_t number) -> Status {
    VERGER_ASSIGN_OR_RETURN(listings[number], list_container(number, mutex));
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(files_.size(), default_reads_in_flight(), cancel, list_one));
  std::ranges::sort(images_, [](const Image& a, const Image& b) {
    return std::tie(a.path, a.container, a.place.position) <
           std::tie(b.path, b.container, b.place.position);
  });
  return listings;
}

// A container's texts may be repeated by a dictionary: what they would take is bounded by what a
// file of its size can tell of images.
Result<PackedListing> PackedSource::list_container(std::size_t number, std::mutex& mutex) {
  std::vector<Image> found;
  const FileEntry& file = files_[number];
  const int64_t most = kTextsAtLeast + 4 * file.size;
  int64_t texts = 0;
  const auto keep = [&](PackedImage image) -> Status {
    texts += static_cast<int64_t>(image.path.size());
    if (texts > most) {
      return Status::io("Cannot read " + store_->display_path(file.name) +
                        ": the paths of its images are larger than it could hold.");
    }
    const std::lock_guard lock(mutex);
    found.push_back({std::move(image.path), image.place, static_cast<uint32_t>(number),
                     number_of(image.label)});
    return {};
  };
  VERGER_ASSIGN_OR_RETURN(PackedListing listing, containers_[number]->list(keep));
  const std::lock_guard lock(mutex);
  std::ranges::move(found, std::back_inserter(images_));
  return listing;
}

Result<std::unique_ptr<PackedSource>> PackedSource::of(std::shared_ptr<const Store> store,
                                                       const std::vector<ListedImage>& images,
                                                       const InputOptions& options) {
  std::map<std::string, FileEntry> files;
  for (const ListedImage& image : images) files.try_emplace(image.file.name, image.file);
  std::map<std::string, uint32_t> numbers;
  std::vector<FileEntry> entries;
  for (auto& [name, file] : files) {
    numbers[name] = static_cast<uint32_t>(entries.size());
    entries.push_back(std::move(file));
  }
  std::unique_ptr<PackedSource> source(
      new PackedSource(std::move(store), std::move(entries), /*recursive=*/true));
  for (const FileEntry& file : source->files_) {
    source->containers_.push_back(make_container(source->store_, file, options));
    VERGER_RETURN_IF_ERROR(source->containers_.back()->open_listed());
  }
  for (const ListedImage& image : images) {
    const auto& [path, label, place] = *image.packed;
    source->images_.push_back({path, place, numbers.at(image.file.name), source->number_of(label)});
  }
  return source;
}

ListedImage PackedSource::listed(std::size_t image) const {
  const auto& [path, place, container, label] = images_[image];
  return {.file = files_[container],
          .packed = ListedImage::Packed{.path = path, .label = labels_[label], .place = place}};
}

uint32_t PackedSource::number_of(const std::string& label) {
  const auto [found, is_new] =
      label_numbers_.try_emplace(label, static_cast<uint32_t>(labels_.size()));
  if (is_new) labels_.push_back(label);
  return found->second;
}

Result<std::vector<uint8_t>> PackedSource::read(std::size_t image) const {
  KeptImage kept;
  read_run(std::span(&image, 1), kept);
  return std::move(kept.image);
}

std::string PackedSource::fingerprint(std::size_t image) const {
  const auto& [path, place, container, label] = images_[image];
  const FileEntry& file = files_[container];
  std::string identity = file.name;
  for (const int64_t number : {file.size, file.mtime_ns, place.position, place.length}) {
    identity += '\t' + std::to_string(number);
  }
  return identity + '\t' + labels_[label];
}

std::vector<std::vector<std::size_t>> PackedSource::runs(std::vector<std::size_t> images) const {
  const auto key = [&](std::size_t image) {
    return std::pair(images_[image].container, images_[image].place.position);
  };
  std::ranges::sort(images, {}, key);
  std::vector<std::vector<std::size_t>> runs;
  for (auto from = images.begin(); from != images.end();) {
    const uint32_t container = images_[*from].container;
    const auto to = std::find_if(from, images.end(), [&](std::size_t image) {
      return images_[image].container != container;
    });
    std::vector<ImagePlace> places;
    for (auto image = from; image != to; ++image) places.push_back(images_[*image].place);
    for (const std::size_t length : containers_[container]->cut(places)) {
      runs.emplace_back(from, from + static_cast<std::ptrdiff_t>(length));
      from += static_cast<std::ptrdiff_t>(length);
    }
  }
  return runs;
}

void PackedSource::read_run(std::span<const std::size_t> run, ImageSink& sink) const {
  std::vector<ImagePlace> places;
  for (const std::size_t image : run) places.push_back(images_[image].place);
  containers_[images_[run.front()].container]->read(places, sink);
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
    if (changed.count++ == 0) changed.first = store_->display_path(now.name);
    return {};
  };
  if (files_.front().name.empty()) {  // INPUT is the container
    const auto now = store_->find("");
    if (now.ok()) VERGER_RETURN_IF_ERROR(compare(*now));
  } else {
    VERGER_RETURN_IF_ERROR(store_->visit("", {.recursive = recursive_}, compare));
  }
  return changed;
}

}  // namespace verger
