// SPDX-License-Identifier: Apache-2.0
#include <cassert>

#include "image/multiversion.h"
#include "verger/image.h"

namespace verger {

namespace {

VERGER_MULTIVERSION
void normalise_bytes(const uint8_t* pixels, std::size_t size, float* tensor) {
  for (std::size_t i = 0; i < size; ++i) tensor[i] = static_cast<float>(pixels[i]) / 127.5f - 1.0f;
}

}  // namespace

void normalise(std::span<const uint8_t> pixels, std::span<float> tensor) {
  assert(pixels.size() == tensor.size());
  normalise_bytes(pixels.data(), pixels.size(), tensor.data());
}

}  // namespace verger
