// SPDX-License-Identifier: Apache-2.0
#include "input/selected_source.h"

#include <map>

namespace verger {

std::vector<std::vector<std::size_t>> SelectedSource::runs(std::vector<std::size_t> images) const {
  std::map<std::size_t, std::size_t> numbers;  // from the source's numbers to those of the chosen
  for (std::size_t& image : images) {
    const std::size_t original = chosen_[image];
    numbers[original] = image;
    image = original;
  }
  auto runs = source_.runs(std::move(images));
  for (auto& run : runs) {
    for (std::size_t& image : run) image = numbers.at(image);
  }
  return runs;
}

void SelectedSource::read_run(std::span<const std::size_t> run, ImageSink& sink) const {
  std::vector<std::size_t> originals;
  for (const std::size_t image : run) originals.push_back(chosen_[image]);
  source_.read_run(originals, sink);
}

}  // namespace verger
