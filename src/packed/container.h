// SPDX-License-Identifier: Apache-2.0
// A file that holds many images: a Parquet or Arrow table with a column of bytes, or a tar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Where in its container an image is.
struct ImagePlace {
  int64_t position = 0;  // in a table: its row; in a tar: where its bytes begin
  int64_t length = -1;   // bytes; −1 when the container does not tell
};

// An image of a container. What the container says of itself is not trusted: path and label are
// texts, never places to read or write.
struct PackedImage {
  std::string path;  // as the tables show it
  std::string label;
  ImagePlace place;
};
using PackedVisitor = std::function<Status(PackedImage)>;

// What a container tells besides its images.
struct PackedListing {
  std::string no_images{};  // why it can hold none: one clause; "" when it can
  std::string warning{};    // what seems to miss: one clause, or ""
  int64_t hidden = 0;       // images of hidden names, passed over
};

// Takes what read() finds.
class ImageSink {
 public:
  virtual ~ImageSink() = default;
  // Waits until there is room for an image of so many bytes; false: no more are wanted.
  virtual bool reserve(int64_t bytes) = 0;
  // The image, or why it cannot be read; after a reserve() of its own. `index`: among those that
  // were asked for. False: no more are wanted.
  virtual bool deliver(std::size_t index, Result<std::vector<uint8_t>> bytes) = 0;
};

// Thread-safe, once list() or open_listed() has returned.
class Container {
 public:
  virtual ~Container() = default;

  // Tells all images, in any order, reading as little else as the format allows. A container that
  // cannot be read so far is kIo. Once, and before cut() and read().
  virtual Result<PackedListing> list(const PackedVisitor& visitor) = 0;

  // In place of list(), for images that were listed before: reads what the others need to know.
  virtual Status open_listed() = 0;

  // Cuts images, which ascend by position, into runs that are best read at once: the number of
  // images in each.
  virtual std::vector<std::size_t> cut(std::span<const ImagePlace> images) const = 0;

  // Reads one such run in large pieces, and hands over each image as soon as it is there. Holds a
  // few MiB, however many the images are.
  virtual void read(std::span<const ImagePlace> images, ImageSink& sink) const = 0;
};

// `file`: as listed in `store`. Opens nothing yet.
std::unique_ptr<Container> make_container(std::shared_ptr<const Store> store, FileEntry file,
                                          const InputOptions& options);

// What one read of a container takes at most, unless a single image is larger.
inline constexpr int64_t kReadBytes = int64_t{4} << 20;

}  // namespace verger
