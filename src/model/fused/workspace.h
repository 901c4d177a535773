// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/lazy_vector.h"

namespace verger::fused {

// What one thread needs for one image at a time; about 3 MB.
struct Workspace {
  // In floats: whole cache lines.
  struct Sizes {
    std::ptrdiff_t tensor;
    std::ptrdiff_t ring;
    std::ptrdiff_t filtered;
    std::ptrdiff_t narrowed;
  };
  explicit Workspace(const Sizes& sizes);

  LazyVector<float> memory;     // holds all that follows
  std::span<float> image;       // room for one; run() may as well be given another's
  std::span<float> tensors[2];  // a block's input and its output
  std::span<float> ring;        // rows of the expanded tensor
  std::span<float> filtered;    // rows of the depthwise convolution's output
  std::span<float> narrowed;    // a block's input in words, where these are not floats
};

}  // namespace verger::fused
