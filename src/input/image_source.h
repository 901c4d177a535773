// SPDX-License-Identifier: Apache-2.0
// Where the worker takes its images from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/place.h"
#include "packed/container.h"
#include "storage/listing.h"
#include "storage/sorted_list.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// What is known of an image besides its number: all that another process needs to read it and to
// give it the same row.
struct ListedImage {
  FileEntry file;  // the image's own, or its container's

  // What is told of one in a container.
  struct Packed {
    std::string path;
    std::string label;
    ImagePlace place;
  };
  std::optional<Packed> packed{};
};

// A numbered list of images. Thread-safe: many reads may be in flight.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual std::size_t size() const = 0;
  virtual std::string path(std::size_t image) const = 0;  // as the tables show it
  // The same as people read it, with the input as it was typed.
  virtual std::string shown(std::size_t image) const { return written_place(path(image)); }
  // A message about the image, or about the file that holds it, as the tables keep it: with the
  // name that is the same however the input was typed.
  virtual std::string recorded(const std::string& message, std::size_t image) const;
  virtual std::string label(std::size_t image) const = 0;
  virtual int64_t length(std::size_t image) const = 0;  // bytes of the file, as listed
  virtual Result<std::vector<uint8_t>> read(std::size_t image) const = 0;

  virtual ListedImage listed(std::size_t image) const {
    return {.file = {.name = path(image), .size = length(image)}};
  }

  // The image's identity: it changes when the image may have changed.
  virtual std::string fingerprint(std::size_t image) const = 0;

  // How these images are best read: runs, each by one read_run(), in any order; every image is in
  // one of them. By default each image is alone.
  virtual std::vector<std::vector<std::size_t>> runs(std::vector<std::size_t> images) const;
  // Reads a run and hands over its images as they come; ImageSink counts them within it.
  virtual void read_run(std::span<const std::size_t> run, ImageSink& sink) const;
  // How many runs read at once keep the storage busy.
  virtual int default_reads_in_flight() const { return 4; }

  // The files that by now have another size or modification time than when they were listed: some
  // may have been read before and some after. Lists the store anew. Files that are gone are none:
  // those that could not be read were rejected. kIo, too, when the list itself could not be read.
  struct Changed {
    int64_t count = 0;
    std::string first;  // the path of one of them
  };
  virtual Result<Changed> find_changed() const { return Changed{}; }
};

// A message with the first `typed` in it replaced by `recorded`.
std::string with_recorded_name(std::string message, const std::string& typed,
                               const std::string& recorded);

// A fingerprint in short: the first 8 bytes of its SHA-256, as a big-endian number.
int64_t stamp_of(const std::string& fingerprint);

// The sorted listing of a Store.
class StoreSource final : public ImageSource {
 public:
  std::size_t size() const override { return files_.size(); }
  std::string path(std::size_t image) const override;
  std::string shown(std::size_t image) const override { return store_->shown(file(image).name); }
  std::string label(std::size_t image) const override;
  int64_t length(std::size_t image) const override { return file(image).size; }
  Result<std::vector<uint8_t>> read(std::size_t image) const override;
  ListedImage listed(std::size_t image) const override { return {.file = file(image)}; }
  std::string fingerprint(std::size_t image) const override;  // name, size, modification time

  int default_reads_in_flight() const override { return store_->default_reads_in_flight(); }
  Result<Changed> find_changed() const override;

  // `files`: rows of row_of(); `options`: those that they were listed by.
  StoreSource(std::shared_ptr<const Store> store, InputOptions options, SortedList files);

 private:
  FileEntry file(std::size_t image) const { return file_of(files_[image]); }

  std::shared_ptr<const Store> store_;
  InputOptions options_;
  SortedList files_;
};

}  // namespace verger
