// SPDX-License-Identifier: Apache-2.0
#include "model/fused/workspace.h"

#include <cassert>

#include "model/fused/kernels.h"
#include "verger/image.h"

namespace verger::fused {

namespace {
constexpr auto kImage = static_cast<std::ptrdiff_t>(kTensorSize);
static_assert(kImage % kGroup == 0);
}  // namespace

Workspace::Workspace(const Sizes& sizes)
    : memory(static_cast<std::size_t>(kImage + 2 * sizes.tensor + sizes.ring + sizes.filtered +
                                      sizes.narrowed)) {
  float* at = memory.data();
  const auto take = [&at](std::ptrdiff_t floats) {
    assert(floats % kGroup == 0);
    const std::span part(at, static_cast<std::size_t>(floats));
    at += floats;
    return part;
  };
  image = take(kImage);
  for (std::span<float>& tensor : tensors) tensor = take(sizes.tensor);
  ring = take(sizes.ring);
  filtered = take(sizes.filtered);
  narrowed = take(sizes.narrowed);
}

}  // namespace verger::fused
