// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <thread>

#include "image/exif.h"
#include "image/test_images.h"

namespace verger {
namespace {

std::vector<float> tensor_of(const RgbImage& image) {
  std::vector<float> tensor(kTensorSize);
  normalise(resize_bicubic(image, kImageSide, kImageSide).pixels, tensor);
  return tensor;
}

TEST(ImageReader, IsDecodeResizeAndNormaliseInARow) {
  ImageReader reader(ImageOptions{});
  std::vector<float> tensor(kTensorSize);
  for (const auto& [width, height] : {std::pair(100, 100), {3, 500}, {224, 224}, {100, 100}}) {
    const auto file = make_jpeg(make_picture(width, height));
    ASSERT_EQ(reader.read(file, tensor), std::nullopt);
    const auto image = decode_image(file, {});
    ASSERT_TRUE(image.ok());
    EXPECT_EQ(tensor, tensor_of(*image));
  }
}

TEST(ImageReader, GoesOnAfterARejection) {
  const RgbImage picture = make_picture(50, 60);
  const auto file = make_png(picture);
  ImageReader reader(ImageOptions{});
  std::vector<float> tensor(kTensorSize);
  const auto cut = std::span(file).first(file.size() / 2);
  ASSERT_TRUE(reader.read(cut, tensor).has_value());
  EXPECT_EQ(reader.read(cut, tensor)->reason, RejectReason::kTruncated);
  EXPECT_EQ(reader.read({}, tensor)->reason, RejectReason::kEmpty);
  ASSERT_EQ(reader.read(file, tensor), std::nullopt);
  EXPECT_EQ(tensor, tensor_of(picture));
}

TEST(ImageReader, FormatIsToldByContent) {
  const RgbImage picture = make_picture(20, 20);
  EXPECT_TRUE(decode_image(make_jpeg(picture), {}).ok());
  EXPECT_EQ(decode_image(make_png(picture), {})->pixels, picture.pixels);
}

TEST(ImageReader, OrientationIsHonouredOnlyOnRequest) {
  using namespace std::string_view_literals;
  constexpr auto kExif =
      "\xFF\xE1\0\x22"
      "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"sv;
  auto file = make_jpeg(make_picture(30, 10));
  file.insert(file.begin() + 2, kExif.begin(), kExif.end());
  EXPECT_EQ(decode_image(file, {})->width, 30);
  const auto upright = decode_image(file, {.exif_orientation = true});
  ASSERT_TRUE(upright.ok());
  EXPECT_EQ(upright->width, 10);
  EXPECT_EQ(upright->height, 30);
}

// A TIFF directory with nothing but an orientation.
std::string exif_of(int orientation) {
  using namespace std::string_literals;
  return "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0"s + static_cast<char>(orientation) +
         "\0\0\0\0\0\0\0"s;
}

// Beside the data of a PNG the orientation may stand before or behind.
TEST(ImageReader, TurnsUprightWhereverTheOrientationStands) {
  const RgbImage picture = make_picture(40, 500);
  std::string rows;
  for (std::size_t y = 0; y < 500; ++y) {
    const auto row = picture.pixels.begin() + static_cast<std::ptrdiff_t>(120 * y);
    rows += '\0' + std::string(row, row + 120);
  }
  ImageReader reader({.exif_orientation = true});
  std::vector<float> tensor(kTensorSize);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    RgbImage upright = picture;
    turn_upright(orientation, upright);
    for (const bool is_behind : {false, true}) {
      std::vector<PngChunk> chunks = {{"IHDR", png_header(40, 500, 8, 2)},
                                      {"IDAT", png_data(rows)}};
      chunks.insert(chunks.begin() + (is_behind ? 2 : 1), {"eXIf", exif_of(orientation)});
      const auto file = make_png(chunks);
      ASSERT_EQ(reader.read(file, tensor), std::nullopt);
      EXPECT_EQ(tensor, tensor_of(upright)) << orientation << is_behind;
      EXPECT_EQ(decode_image(file, {.exif_orientation = true})->pixels, upright.pixels);
    }
  }
}

// What --fast-decode changes of a picture's tensor, in levels of 255.
struct Change {
  double mean = 0;
  double most = 0;
};

Change fast_decode_change(const std::vector<uint8_t>& file) {
  std::vector<float> exact(kTensorSize);
  std::vector<float> fast(kTensorSize);
  EXPECT_EQ(ImageReader(ImageOptions{}).read(file, exact), std::nullopt);
  EXPECT_EQ(ImageReader({.fast_decode = true}).read(file, fast), std::nullopt);
  Change change;
  for (std::size_t i = 0; i < kTensorSize; ++i) {
    const double levels = 127.5 * std::abs(double{exact[i]} - double{fast[i]});
    change.mean += levels / kTensorSize;
    change.most = std::max(change.most, levels);
  }
  return change;
}

TEST(ImageReader, FastDecodeIsForLargeJpegsAlone) {
  EXPECT_EQ(fast_decode_change(make_jpeg(make_picture(2000, 895))).most, 0);
  EXPECT_EQ(fast_decode_change(make_png(make_picture(900, 900))).most, 0);
  const auto image = decode_image(make_jpeg(make_picture(1900, 897)), {.fast_decode = true});
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->width, 950);
  EXPECT_EQ(image->height, 449);
}

TEST(ImageReader, FastDecodeStaysNearTheExactPixels) {
  for (const auto& [width, height] : {std::pair(896, 896), {1800, 2700}, {3600, 3700}}) {
    const RgbImage photograph = resize_bicubic(make_picture(24, 24), width, height);
    const Change change = fast_decode_change(make_jpeg(photograph));
    EXPECT_GT(change.most, 0) << width;
    EXPECT_LE(change.mean, 1) << width;
    EXPECT_LE(change.most, 16) << width;
  }
}

TEST(ImageReader, FastDecodeRejectsAsTheExactOneDoes) {
  const auto file = make_jpeg(make_picture(1000, 1000));
  const auto cut = std::span(file).first(file.size() / 2);
  const auto rejected = decode_image(cut, {.fast_decode = true});
  ASSERT_FALSE(rejected.ok());
  EXPECT_EQ(rejected.error().reason, RejectReason::kTruncated);
  const auto large = decode_image(file, {.max_pixels = 999'999, .fast_decode = true});
  EXPECT_EQ(large.error().reason, RejectReason::kTooLarge);
}

TEST(ImageReader, ReadersOfSeveralThreadsDoNotMeet) {
  const auto file = make_jpeg(make_picture(64, 48));
  const std::vector<float> expected = tensor_of(*decode_image(file, {}));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      ImageReader reader(ImageOptions{});
      std::vector<float> tensor(kTensorSize);
      for (int n = 0; n < 20; ++n) {
        EXPECT_EQ(reader.read(file, tensor), std::nullopt);
        EXPECT_EQ(tensor, expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace verger
