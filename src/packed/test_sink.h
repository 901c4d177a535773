// SPDX-License-Identifier: Apache-2.0
// What tests of containers share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "packed/container.h"

namespace verger {

// A container's images after a list(), and each one's bytes, or the message of its error.
struct ReadContainer {
  Status listed{};
  PackedListing listing{};
  std::vector<PackedImage> images{};
  std::vector<std::string> contents{};
};

class CollectingSink final : public ImageSink {
 public:
  explicit CollectingSink(std::vector<std::string>& contents) : contents_(contents) {}
  bool reserve(int64_t bytes) override {
    EXPECT_GE(bytes, 0);
    return true;
  }
  bool deliver(std::size_t index, Result<std::vector<uint8_t>> bytes) override {
    EXPECT_EQ(index, next_++);
    contents_.push_back(bytes.ok() ? std::string(bytes->begin(), bytes->end())
                                   : bytes.error().message());
    return true;
  }

 private:
  std::vector<std::string>& contents_;
  std::size_t next_ = 0;
};

// Lists and reads a file of `store`. Its images must come in ascending positions.
inline ReadContainer read_container(const std::shared_ptr<Store>& store, const std::string& name,
                                    const InputOptions& options = {}) {
  ReadContainer read;
  const auto container = make_container(store, *store->find(name), options);
  auto listing = container->list([&](PackedImage image) {
    read.images.push_back(std::move(image));
    return Status();
  });
  if (!listing.ok()) return read.listed = listing.error(), read;
  read.listing = *std::move(listing);
  std::vector<ImagePlace> places;
  for (const PackedImage& image : read.images) places.push_back(image.place);
  std::size_t begin = 0;
  for (const std::size_t count : container->cut(places)) {
    CollectingSink sink(read.contents);
    container->read(std::span(places).subspan(begin, count), sink);
    begin += count;
  }
  EXPECT_EQ(begin, places.size());
  EXPECT_EQ(read.contents.size(), read.images.size());
  return read;
}

}  // namespace verger
