// SPDX-License-Identifier: Apache-2.0
#include "image/decode_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "image/test_images.h"

namespace verger {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

constexpr std::size_t kRows = 320 * 200 + 240 * 32;

TEST(DecodeMemory, IsOfRowsWhereAnImageComesRowByRow) {
  const RgbImage picture = make_picture(320, 240);
  EXPECT_EQ(memory_to_decode(make_jpeg(picture), {}), kRows);
  EXPECT_EQ(memory_to_decode(make_jpeg(picture), {.exif_orientation = true}), kRows);
  EXPECT_EQ(memory_to_decode(make_png(picture), {}), kRows);
}

TEST(DecodeMemory, CountsTheCoefficientsOfJpegsOfSeveralScans) {
  const auto baseline = make_jpeg(make_picture(320, 240));  // 4:2:0
  const auto with = [&](std::size_t marker_offset, uint8_t marker, uint8_t value) {
    auto file = baseline;
    const auto at = std::ranges::search(file, std::array<uint8_t, 2>{0xFF, marker}).begin();
    at[static_cast<std::ptrdiff_t>(marker_offset)] = value;
    return file;
  };
  const std::size_t coefficients = 2 * 320 * 240 * 3 / 2;
  EXPECT_EQ(memory_to_decode(with(1, 0xC0, 0xC2), {}), coefficients + kRows);  // progressive
  EXPECT_EQ(memory_to_decode(with(1, 0xC0, 0xCA), {}), coefficients + kRows);  // the same
  EXPECT_EQ(memory_to_decode(with(4, 0xDA, 1), {}), coefficients + kRows);     // a scan a component
}

TEST(DecodeMemory, CountsWholeBlocks) {
  auto file = make_jpeg(make_picture(17, 1));
  const auto frame = std::ranges::search(file, std::array<uint8_t, 2>{0xFF, 0xC0}).begin();
  frame[1] = 0xC2;
  EXPECT_EQ(memory_to_decode(file, {}), 2u * 2 * 16 * 16 * 3 / 2 + 17 * 200 + 32);
}

TEST(DecodeMemory, CountsThePixelsOfInterlacedPngs) {
  const auto file = make_png({{"IHDR", png_header(320, 240, 8, 0, true)}, {"IDAT", ""}});
  EXPECT_EQ(memory_to_decode(file, {}), 3 * 320 * 240 + kRows);
}

TEST(DecodeMemory, IsNothingWhereNothingIsDecoded) {
  const RgbImage picture = make_picture(64, 48);
  EXPECT_EQ(memory_to_decode(make_jpeg(picture), {.max_pixels = 100}), 0u);
  EXPECT_EQ(memory_to_decode(make_png(picture), {.max_pixels = 100}), 0u);
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
