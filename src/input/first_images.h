// SPDX-License-Identifier: Apache-2.0
// The first images of another source.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "input/image_source.h"

namespace verger {

// The first `limit` images of `source`, which it owns, or all when there are fewer.
class FirstImages final : public ImageSource {
 public:
  FirstImages(std::unique_ptr<ImageSource> source, std::size_t limit)
      : source_(std::move(source)), size_(std::min(source_->size(), limit)) {}

  std::size_t size() const override { return size_; }
  std::string path(std::size_t image) const override { return source_->path(image); }
  std::string shown(std::size_t image) const override { return source_->shown(image); }
  std::string recorded(const std::string& message, std::size_t image) const override {
    return source_->recorded(message, image);
  }
  std::string label(std::size_t image) const override { return source_->label(image); }
  int64_t length(std::size_t image) const override { return source_->length(image); }
  Result<std::vector<uint8_t>> read(std::size_t image) const override {
    return source_->read(image);
  }
  ListedImage listed(std::size_t image) const override { return source_->listed(image); }
  std::string fingerprint(std::size_t image) const override { return source_->fingerprint(image); }
  std::vector<std::vector<std::size_t>> runs(std::vector<std::size_t> images) const override {
    return source_->runs(std::move(images));
  }
  void read_run(std::span<const std::size_t> run, ImageSink& sink) const override {
    source_->read_run(run, sink);
  }
  int default_reads_in_flight() const override { return source_->default_reads_in_flight(); }
  // Looks at all images of the source: its files are listed as a whole.
  Result<Changed> find_changed() const override { return source_->find_changed(); }

 private:
  const std::unique_ptr<ImageSource> source_;
  const std::size_t size_;
};

}  // namespace verger
