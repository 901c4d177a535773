// SPDX-License-Identifier: Apache-2.0
// A make-believe orchard: photographs of fruit that nobody grew, for demonstrations and tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/option.h"
#include "verger/image.h"
#include "verger/status.h"

namespace verger {

inline constexpr OptionDeclaration kSampleImages{.name = "images",
                                                 .group = kResultsGroup,
                                                 .value = "N",
                                                 .help = "Images in all",
                                                 .bounds = {.least = 1}};
inline constexpr OptionDeclaration kSampleClasses{.name = "classes",
                                                  .group = kResultsGroup,
                                                  .value = "N",
                                                  .help = "Kinds of fruit, one folder each",
                                                  .bounds = {.least = 1}};

struct SampleOptions {
  int images = 240;   // in all, spread evenly over the classes
  int classes = 12;   // kinds of fruit, one folder each
  uint64_t seed = 1;  // the same seed gives the same pictures

  Status validate() const;
};

// The name of a class: "Apple Crimson", "Plum Violet", …, unique for any number of classes: past
// the last variety they are numbered, as "Apple Crimson 2". Needs label ≥ 0.
std::string sample_class_name(int label);

// A 100×100 picture of a fruit of class `label` on white: each image turns, scales, lights and
// spots its fruit anew. The same (label, image, seed) gives the same pixels on every CPU. Both
// numbers must be ≥ 0.
RgbImage render_fruit(int label, int image, uint64_t seed);

// Baseline JPEG, 4:2:0. Needs width and height in 1 … 65,500. The bytes are those of the libjpeg in
// use: other libraries, or versions, may write others for the same pixels.
std::vector<uint8_t> encode_jpeg(const RgbImage& image, int quality);

// Writes DIR/<class>/<number>_100.jpg, on all cores. DIR must be a local folder (a path or
// file:// URI), absent or empty; anything else is kIo.
Status write_sample(const std::string& directory, const SampleOptions& options);

}  // namespace verger
