// SPDX-License-Identifier: Apache-2.0
#include "image/decode_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "image/test_images.h"

namespace verger {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

TEST(DecodeMemory, CountsPixelsAndTheCoefficientsOfProgressiveJpegs) {
  const auto baseline = make_jpeg(make_picture(64, 48));
  EXPECT_EQ(memory_to_decode(baseline, {}), 3u * 64 * 48);
  EXPECT_EQ(memory_to_decode(baseline, {.exif_orientation = true}), 6u * 64 * 48);
  auto progressive = baseline;  // told by its frame's marker
  for (std::size_t i = 0; i + 1 < progressive.size(); ++i) {
    if (progressive[i] == 0xFF && progressive[i + 1] == 0xC0) progressive[i + 1] = 0xC2;
  }
  EXPECT_EQ(memory_to_decode(progressive, {}), (3u + 6) * 64 * 48);
  EXPECT_EQ(memory_to_decode(baseline, {.max_pixels = 100}), 0u);
  EXPECT_EQ(memory_to_decode({}, {}), 0u);
}

TEST(DecodeMemory, LargeImagesWaitForEachOtherAndSmallOnesForNobody) {
  set_decode_memory(100 * kMebibyte);
  auto first = claim_decode_memory(1000 * kMebibyte);  // more than all: alone
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(claim_decode_memory(kMebibyte).has_value());
  std::atomic<bool> came = false;
  std::thread second([&] {
    const auto claim = claim_decode_memory(90 * kMebibyte);
    came = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(came);
  first.reset();
  second.join();
  EXPECT_TRUE(came);
}

}  // namespace
}  // namespace verger
