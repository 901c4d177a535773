// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/watch.h"
#include "input/image_source.h"
#include "packed/container.h"
#include "plan/selection.h"
#include "storage/sorted_list.h"

namespace verger {

// What containers hold, sorted by the bytes of the images' paths; of equal paths the first comes
// first. Holds the containers' names and the labels in memory; of the images what a SortedList
// does.
class PackedSource final : public ImageSource {
 public:
  // `files`: the containers, as listed in `store`, sorted by the bytes of their names. Tables that
  // hold no images are passed over. No image in them all is kIo, as is a container that cannot be
  // listed. Warns of containers that seem to be cut off.
  static Result<std::unique_ptr<PackedSource>> list(std::shared_ptr<const Store> store,
                                                    std::vector<FileEntry> files,
                                                    const InputOptions& options, const Watch& watch,
                                                    PassedOver& passed_over);

  // Images of containers that were listed before, elsewhere; each is packed. Opens the containers,
  // and does not look which images are in them. Of the options the column of images counts. kIo.
  static Result<std::unique_ptr<PackedSource>> of(std::shared_ptr<const Store> store,
                                                  const std::vector<ListedImage>& images,
                                                  const InputOptions& options);

  std::size_t size() const override { return images_.size(); }
  std::string path(std::size_t image) const override { return at(image).path; }
  std::string shown(std::size_t image) const override { return store_->shown_path(path(image)); }
  std::string recorded(const std::string& message, std::size_t image) const override;
  std::string label(std::size_t image) const override { return labels_[at(image).label]; }
  int64_t length(std::size_t image) const override { return at(image).place.length; }
  Result<std::vector<uint8_t>> read(std::size_t image) const override;

  ListedImage listed(std::size_t image) const override;
  // The container's name, size and modification time, and the image's place and label in it.
  std::string fingerprint(std::size_t image) const override;

  // Images of one container that lie together.
  std::vector<std::vector<std::size_t>> runs(std::vector<std::size_t> images) const override;
  void read_run(std::span<const std::size_t> run, ImageSink& sink) const override;
  int default_reads_in_flight() const override;
  Result<Changed> find_changed() const override;  // says which containers changed

 private:
  struct Image {
    std::string path;
    ImagePlace place;
    std::size_t container = 0;
    std::size_t label = 0;

    ListRow row() const;
  };

  PackedSource(std::shared_ptr<const Store> store, std::vector<FileEntry> files, bool recursive)
      : store_(std::move(store)), files_(std::move(files)), recursive_(recursive) {}
  Result<std::vector<PackedListing>> list_containers(const InputOptions& options,
                                                     const CancelToken& cancel);
  Result<PackedListing> list_container(std::size_t number, SortedListBuilder& images,
                                       std::mutex& mutex);
  std::string no_images_text(const InputOptions& options, const std::string& table) const;
  Image at(std::size_t image) const;
  std::size_t number_of(const std::string& label);

  std::shared_ptr<const Store> store_;
  std::vector<FileEntry> files_;  // sorted by their names
  const bool recursive_;
  std::vector<std::unique_ptr<Container>> containers_;  // one for each of files_
  SortedList images_;
  std::vector<std::string> labels_;
  std::map<std::string, std::size_t> label_numbers_;
};

}  // namespace verger
