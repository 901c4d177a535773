// SPDX-License-Identifier: Apache-2.0
// Some of another source's images.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "input/image_source.h"

namespace verger {

// Image i is image chosen[i] of `source`. Borrows both.
class SelectedSource final : public ImageSource {
 public:
  SelectedSource(const ImageSource& source, std::span<const std::size_t> chosen)
      : source_(source), chosen_(chosen) {}

  std::size_t size() const override { return chosen_.size(); }
  std::string path(std::size_t image) const override { return source_.path(chosen_[image]); }
  std::string shown(std::size_t image) const override { return source_.shown(chosen_[image]); }
  std::string recorded(const std::string& message, std::size_t image) const override {
    return source_.recorded(message, chosen_[image]);
  }
  std::string label(std::size_t image) const override { return source_.label(chosen_[image]); }
  int64_t length(std::size_t image) const override { return source_.length(chosen_[image]); }
  Result<std::vector<uint8_t>> read(std::size_t image) const override {
    return source_.read(chosen_[image]);
  }
  ListedImage listed(std::size_t image) const override { return source_.listed(chosen_[image]); }
  std::string fingerprint(std::size_t image) const override {
    return source_.fingerprint(chosen_[image]);
  }
  int default_reads_in_flight() const override { return source_.default_reads_in_flight(); }
  Result<Changed> find_changed() const override { return source_.find_changed(); }

  // Those of the other source, whose images it numbers.
  std::vector<std::vector<std::size_t>> runs(std::vector<std::size_t> images) const override;
  void read_run(std::span<const std::size_t> run, ImageSink& sink) const override;

 private:
  const ImageSource& source_;
  const std::span<const std::size_t> chosen_;
};

}  // namespace verger
