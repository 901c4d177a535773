// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "packed/container.h"
#include "packed/container_file.h"

namespace verger {

// A tar of images, in folders by label or as a WebDataset: the member a/key.cls labels a/key.jpg.
class TarContainer final : public Container {
 public:
  explicit TarContainer(ContainerFile file) : file_(std::move(file)) {}

  // Passes once over the headers: by jumps on a disk, in large pieces where a request costs more
  // than the bytes between two headers.
  Result<PackedListing> list(const PackedVisitor& visitor) override;
  Status open_listed() override { return {}; }  // the images' places tell all
  std::vector<std::size_t> cut(std::span<const ImagePlace> images) const override;
  void read(std::span<const ImagePlace> images, ImageSink& sink) const override;

 private:
  const ContainerFile file_;
};

}  // namespace verger
