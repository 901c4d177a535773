// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "verger/image.h"

namespace verger {
namespace {

TEST(Normalise, EveryByteAsKeras) {
  std::array<uint8_t, 256> bytes{};
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  std::array<float, 256> tensor{};
  normalise(bytes, tensor);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    float expected = static_cast<float>(i);
    expected /= 127.5f;
    expected -= 1.0f;
    EXPECT_EQ(tensor[i], expected) << i;
  }
  EXPECT_EQ(tensor[0], -1.0f);
  EXPECT_EQ(tensor[255], 1.0f);
}

}  // namespace
}  // namespace verger
