// SPDX-License-Identifier: Apache-2.0
#include "input/image_source.h"

#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace verger {

namespace {

// A JPEG of --max-pixels by default takes less, whatever its quality.
constexpr int64_t kLargestFile = int64_t{1} << 30;

}  // namespace

std::vector<std::vector<std::size_t>> ImageSource::runs(std::vector<std::size_t> images) const {
  std::vector<std::vector<std::size_t>> alone;
  for (const std::size_t image : images) alone.push_back({image});
  return alone;
}

void ImageSource::read_run(std::span<const std::size_t> run, ImageSink& sink) const {
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (!sink.reserve(length(run[i])) || !sink.deliver(i, read(run[i]))) return;
  }
}

int64_t stamp_of(const std::string& fingerprint) {
  Sha256 sha;
  sha.update(fingerprint);
  return static_cast<int64_t>(std::stoull(sha.finish().substr(0, 16), nullptr, 16));
}

std::string with_recorded_name(std::string message, const std::string& typed,
                               const std::string& recorded) {
  const std::size_t at = message.find(typed);
  if (at != std::string::npos) message.replace(at, typed.size(), recorded);
  return message;
}

std::string ImageSource::recorded(const std::string& message, std::size_t image) const {
  return with_recorded_name(message, shown(image), path(image));
}

StoreSource::StoreSource(std::shared_ptr<const Store> store, InputOptions options, SortedList files)
    : store_(std::move(store)), options_(std::move(options)), files_(std::move(files)) {}

std::string StoreSource::path(std::size_t image) const {
  return store_->display_path(file(image).name);
}

std::string StoreSource::label(std::size_t image) const {
  return label_of(path(image), options_.label_column);
}

Result<std::vector<uint8_t>> StoreSource::read(std::size_t image) const {
  const FileEntry file = this->file(image);
  if (file.size > kLargestFile) {
    return Status::io("Cannot read " + store_->shown(file.name) + ": it has " +
                      format_count(file.size) + " bytes, and an image may have at most " +
                      format_count(kLargestFile) + ".");
  }
  return store_->read_listed(file);
}

std::string StoreSource::fingerprint(std::size_t image) const {
  const FileEntry entry = file(image);
  return entry.name + '\t' + std::to_string(entry.size) + '\t' + std::to_string(entry.mtime_ns);
}

Result<ImageSource::Changed> StoreSource::find_changed() const {
  Changed changed;
  Selection selection(options_);
  const auto compare = [&](const FileEntry& now, Selection::Kind /*kind*/) -> Status {
    const std::size_t image = files_.lower_bound(now.name);
    if (image == files_.size()) return {};
    const FileEntry then = file(image);
    if (then.name != now.name) return {};  // new: not of this run
    if (then.size == now.size && then.mtime_ns == now.mtime_ns) return {};
    if (changed.count++ == 0) changed.first = store_->shown(now.name);
    return {};
  };
  VERGER_RETURN_IF_ERROR(visit_selected(*store_, options_, selection, compare));
  VERGER_RETURN_IF_ERROR(files_.check());
  return changed;
}

}  // namespace verger
