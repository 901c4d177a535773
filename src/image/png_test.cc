// SPDX-License-Identifier: Apache-2.0
#include "image/png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/test_images.h"
#include "image/whole_image.h"

namespace verger {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

using Pixels = std::vector<uint8_t>;

Result<RgbImage, Rejection> decode(const std::vector<uint8_t>& file) {
  RgbImage image;
  WholeImage whole(image);
  if (auto rejection = decode_png(file, {}, whole)) return *rejection;
  return image;
}

// A 2 × 2 grey image: rows 10 20 and 30 40.
const std::string kRows = "\0\x0A\x14\0\x1E\x28"s;

std::vector<PngChunk> grey_chunks() {
  return {{"IHDR", png_header(2, 2, 8, 0)}, {"IDAT", png_data(kRows)}, {"IEND", ""}};
}

TEST(Png, RoundTripsAPicture) {
  const RgbImage picture = make_picture(37, 21);
  const auto image = decode(make_png(picture));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->pixels, picture.pixels);
}

TEST(Png, InterlacedPassesGoWhereTheyBelong) {
  // 2 × 2: pass 1 has the first pixel, pass 6 the second, pass 7 the second row.
  const std::string rows = "\0\x0A\0\x14\0\x1E\x28"s;
  const auto image =
      decode(make_png({{"IHDR", png_header(2, 2, 8, 0, true)}, {"IDAT", png_data(rows)}}));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->pixels, (Pixels{10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40}));
}

TEST(Png, TheLastPaletteBeforeTheDataCounts) {
  const std::string too_many(3 * 257, 'x');
  const auto decoded = [](const std::string& first, const std::string& second) {
    return decode(make_png({{"IHDR", png_header(1, 1, 8, 3)},
                            {"PLTE", first},
                            {"PLTE", second},
                            {"IDAT", png_data("\0\0"s)},
                            {"IEND", ""}}));
  };
  const auto image = decoded(too_many, "\1\2\3");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->pixels, (Pixels{1, 2, 3}));
  EXPECT_FALSE(decoded("\1\2\3", too_many).ok());
}

TEST(Png, EveryTruncationWithinTheDataIsRejected) {
  const std::vector<uint8_t> file = make_png(grey_chunks());
  const std::size_t data_end = file.size() - 12 - 4 - 4 - 1;  // IEND, two checksums, padding bits
  for (std::size_t size = 8; size < data_end; ++size) {
    const auto image = decode({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_FALSE(image.ok()) << size;
    ASSERT_EQ(image.error().reason, RejectReason::kTruncated) << size;
  }
}

TEST(Png, ChecksumsCountBeforeTheDataOnly) {
  std::vector<uint8_t> file = make_png(grey_chunks());
  file[8 + 8 + 13] ^= 1;
  const auto image = decode(file);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().reason, RejectReason::kCorrupt);
  EXPECT_THAT(image.error().message, HasSubstr("IHDR"));
  file[8 + 8 + 13] ^= 1;
  file[file.size() - 13] ^= 1;  // IDAT's
  EXPECT_TRUE(decode(file).ok());
}

TEST(Png, DataThatEndInGoodOrderTooEarlyLeaveBlack) {
  auto chunks = grey_chunks();
  chunks[1].body = png_data(kRows.substr(0, 3));
  const auto image = decode(make_png(chunks));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->pixels, (Pixels{10, 10, 10, 20, 20, 20, 0, 0, 0, 0, 0, 0}));
}

TEST(Png, DamageHasItsReason) {
  const auto reason_with = [](std::size_t at, const PngChunk& chunk) {
    auto chunks = grey_chunks();
    chunks[at] = chunk;
    const auto image = decode(make_png(chunks));
    return image.ok() ? RejectReason::kUnreadable : image.error().reason;
  };
  EXPECT_EQ(reason_with(0, {"IHDR", png_header(0, 2, 8, 0)}), RejectReason::kZeroSize);
  EXPECT_EQ(reason_with(0, {"IHDR", png_header(1u << 31, 1u << 31, 8, 0)}),
            RejectReason::kTooLarge);
  EXPECT_EQ(reason_with(0, {"IHDR", "short"}), RejectReason::kCorrupt);
  EXPECT_EQ(reason_with(1, {"IDAT", "not zlib"}), RejectReason::kCorrupt);
  EXPECT_EQ(reason_with(1, {"IDAT", png_data("\7\x0A\x14\0\x1E\x28"s)}), RejectReason::kCorrupt);
  EXPECT_EQ(reason_with(1, {"tRNS", "x"}), RejectReason::kCorrupt);
  EXPECT_EQ(reason_with(1, {"tEXt", "no data at all"}), RejectReason::kTruncated);
  EXPECT_EQ(reason_with(1, {"ID\0T"s, ""}), RejectReason::kCorrupt);
}

TEST(Png, AnimationsGiveTheirFirstFrame) {
  // A frame of 1 × 1 at (1, 1) of a canvas of 2 × 2.
  const std::string frame =
      "\0\0\0\0"
      "\0\0\0\1"
      "\0\0\0\1"
      "\0\0\0\1"
      "\0\0\0\1"
      "\0\1\0\1\0\0"s;
  const auto image = decode(make_png({{"IHDR", png_header(2, 2, 8, 0)},
                                      {"acTL", "\0\0\0\1\0\0\0\0"s},
                                      {"fcTL", frame},
                                      {"IDAT", png_data("\0\x63"s)},
                                      {"IEND", ""}}));
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->pixels, (Pixels{0, 0, 0, 0, 0, 0, 0, 0, 0, 99, 99, 99}));
}

TEST(Png, EveryFlippedByteIsSurvived) {
  const std::vector<uint8_t> good = make_png(make_picture(9, 7));
  for (std::size_t i = 8; i < good.size(); ++i) {
    std::vector<uint8_t> file = good;
    file[i] ^= 0x5A;
    static_cast<void>(decode(file));
  }
}

}  // namespace
}  // namespace verger
