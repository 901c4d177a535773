// A make-believe orchard: photographs of fruit that nobody grew, for demonstrations and tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verger/image.h"
#include "verger/status.h"

namespace verger {

struct SampleOptions {
  int images = 240;   // in all, spread evenly over the classes
  int classes = 12;   // kinds of fruit, one folder each
  uint64_t seed = 1;  // the same seed gives the same bytes

  Status validate() const;
};

// The name of a class: "Apple Crimson", "Plum Violet", … unique for any number of classes.
std::string sample_class_name(int label);

// A 100×100 picture of a fruit of class `label` on white: each image turns, scales, lights and
// spots its fruit anew. Deterministic in (label, image, seed).
RgbImage render_fruit(int label, int image, uint64_t seed);

// Baseline JPEG, 4:2:0.
std::vector<uint8_t> encode_jpeg(const RgbImage& image, int quality);

// Writes DIR/<class>/<number>_100.jpg. DIR must be absent or empty (kIo).
Status write_sample(const std::string& directory, const SampleOptions& options);

}  // namespace verger
