// SPDX-License-Identifier: Apache-2.0
#include "image/jpeg.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "image/jpeg_header.h"
#include "image/test_images.h"
#include "image/whole_image.h"

namespace verger {
namespace {

std::optional<Rejection> decode(const std::vector<uint8_t>& file, const ImageOptions& options,
                                RgbImage& image) {
  WholeImage whole(image);
  return decode_jpeg(file, options, whole);
}

// The place of a two-byte marker's second byte.
std::size_t find_marker(const std::vector<uint8_t>& file, uint8_t marker) {
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == marker) return i + 1;
  }
  return 0;
}

std::optional<RejectReason> reason_of(const std::vector<uint8_t>& file,
                                      const ImageOptions& options = {}) {
  RgbImage image;
  const auto rejection = decode(file, options, image);
  if (!rejection) return std::nullopt;
  EXPECT_TRUE(rejection->message.ends_with(".")) << rejection->message;
  return rejection->reason;
}

TEST(Jpeg, DecodesCloseToWhatWasEncoded) {
  RgbImage original{40, 24, {}};
  for (int i = 0; i < 40 * 24; ++i) {
    for (const int sample : {6 * (i % 40), 10 * (i / 40), 100}) {
      original.pixels.push_back(static_cast<uint8_t>(sample));
    }
  }
  RgbImage image;
  ASSERT_EQ(decode(make_jpeg(original), {}, image), std::nullopt);
  EXPECT_EQ(image.width, 40);
  EXPECT_EQ(image.height, 24);
  ASSERT_EQ(image.pixels.size(), original.pixels.size());
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    ASSERT_NEAR(image.pixels[i], original.pixels[i], 12) << i;
  }
}

TEST(Jpeg, EveryTruncationIsRejected) {
  const std::vector<uint8_t> file = make_jpeg(make_picture(20, 20));
  for (std::size_t size = 3; size + 2 < file.size(); ++size) {
    const std::vector<uint8_t> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(reason_of(cut), RejectReason::kTruncated) << size << " of " << file.size();
  }
}

TEST(Jpeg, TrailingBytesAreIgnored) {
  std::vector<uint8_t> file = make_jpeg(make_picture(20, 20));
  RgbImage image;
  ASSERT_EQ(decode(file, {}, image), std::nullopt);
  file.insert(file.end(), 1000, 0xAB);
  RgbImage again;
  ASSERT_EQ(decode(file, {}, again), std::nullopt);
  EXPECT_EQ(image.pixels, again.pixels);
}

TEST(Jpeg, SizesAreCheckedBeforeAnythingIsAllocated) {
  std::vector<uint8_t> file = make_jpeg(make_picture(20, 20));
  const std::size_t frame = find_marker(file, 0xC0);
  for (std::size_t i = 4; i < 8; ++i) file[frame + i] = 0xFF;  // 65535 × 65535
  RgbImage image;
  const auto rejection = decode(file, {}, image);
  ASSERT_TRUE(rejection.has_value());
  EXPECT_EQ(rejection->reason, RejectReason::kTooLarge);
  EXPECT_EQ(image.pixels.capacity(), 0u);
  EXPECT_EQ(reason_of(make_jpeg(make_picture(20, 20)), {.max_pixels = 399}),
            RejectReason::kTooLarge);
}

TEST(Jpeg, ReasonsTellTheKindOfDamage) {
  const std::vector<uint8_t> good = make_jpeg(make_picture(20, 20));
  const std::size_t frame = find_marker(good, 0xC0);
  std::vector<uint8_t> file = good;
  file[frame + 4] = file[frame + 5] = 0;
  EXPECT_EQ(reason_of(file), RejectReason::kZeroSize);
  file = good;
  file[frame + 3] = 12;  // bits a sample
  EXPECT_EQ(reason_of(file), RejectReason::kUnsupportedFormat);
  file = good;
  file[frame + 8] = 2;  // components
  EXPECT_EQ(reason_of(file), RejectReason::kUnsupportedFormat);
  file = good;
  file[frame] = 0xC5;  // hierarchical
  EXPECT_EQ(reason_of(file), RejectReason::kUnsupportedFormat);
  file = good;
  file[frame + 10] = 0x55;  // sampling factors
  EXPECT_EQ(reason_of(file), RejectReason::kCorrupt);
  file = good;
  file[frame] = 0x02;  // no such marker
  EXPECT_EQ(reason_of(file), RejectReason::kCorrupt);
}

TEST(Jpeg, DamagedDataNeverPrint) {
  const std::vector<uint8_t> good = make_jpeg(make_picture(33, 29));
  testing::internal::CaptureStderr();
  for (std::size_t i = 2; i < good.size(); ++i) {
    std::vector<uint8_t> file = good;
    file[i] ^= 0x5A;
    RgbImage image;
    static_cast<void>(decode(file, {}, image));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(JpegHeader, JoinsExifOfSeveralSegments) {
  using namespace std::string_view_literals;
  std::vector<uint8_t> file = make_jpeg(make_picture(8, 8));
  const auto add = [&](std::string_view body) {
    std::vector<uint8_t> segment = {0xFF, 0xE1, 0, static_cast<uint8_t>(body.size() + 2)};
    segment.insert(segment.end(), body.begin(), body.end());
    file.insert(file.begin() + 2, segment.begin(), segment.end());
  };
  add("Exif\0\0 and the rest"sv);
  add("Exif\0\0 the beginning"sv);
  add("http://ns.adobe.com/xap/1.0/\0<x/>"sv);
  const auto header = read_jpeg_header(file);
  ASSERT_TRUE(header.ok());
  const auto& exif = header->orientation.exif;
  EXPECT_EQ(std::string(exif.begin(), exif.end()), "Exif\0\0 the beginning and the rest"sv);
  EXPECT_EQ(header->orientation.xmp, "<x/>");
  EXPECT_EQ(header->width, 8);
  EXPECT_EQ(header->components, 3);
}

}  // namespace
}  // namespace verger
