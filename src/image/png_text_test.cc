// SPDX-License-Identifier: Apache-2.0
#include "image/png_text.h"

#include <gtest/gtest.h>

#include "image/test_images.h"

namespace verger {
namespace {

using namespace std::string_literals;

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(PngText, PlainAndCompressed) {
  const std::string plain = "Key\0value"s;
  EXPECT_EQ(read_text(as_bytes(plain)).keyword, "Key");
  EXPECT_EQ(read_text(as_bytes(plain)).text, "value");
  const std::string compressed = "Key\0\0"s + png_data("value");
  EXPECT_EQ(read_compressed_text(as_bytes(compressed)).text, "value");
  const std::string international = "Key\0\1\0en\0Schlüssel\0"s + png_data("value");
  EXPECT_EQ(read_international_text(as_bytes(international)).text, "value");
  const std::string uncompressed = "Key\0\0\0\0\0value"s;
  EXPECT_EQ(read_international_text(as_bytes(uncompressed)).text, "value");
}

TEST(PngText, BombsAreStopped) {
  const std::string most = "k\0\0"s + png_data(std::string(kMaxPngText, 'x'));
  EXPECT_FALSE(read_compressed_text(as_bytes(most)).is_too_large);
  const std::string bomb = "k\0\0"s + png_data(std::string(20 * kMaxPngText, 'x'));
  const PngText text = read_compressed_text(as_bytes(bomb));
  EXPECT_TRUE(text.is_too_large);
  EXPECT_LE(text.text.size(), kMaxPngText);
  EXPECT_EQ(check_profile(as_bytes(bomb)), ProfileStatus::kTooLarge);
}

TEST(PngText, DamageIsNoText) {
  EXPECT_TRUE(read_compressed_text(as_bytes("k\0\7zzz"s)).is_unknown_method);
  EXPECT_EQ(read_compressed_text(as_bytes("k\0\0zzz"s)).text, "");
  EXPECT_EQ(read_international_text(as_bytes("k\0\1"s)).keyword, "");
  EXPECT_EQ(check_profile(as_bytes("sRGB\0\0zzz"s)), ProfileStatus::kOk);  // Pillow's judgement
  EXPECT_EQ(check_profile(as_bytes("sRGB\0"s)), ProfileStatus::kDamaged);
  EXPECT_EQ(check_profile(as_bytes("")), ProfileStatus::kDamaged);
}

TEST(RawProfile, IsDecodedFromHex) {
  EXPECT_EQ(decode_raw_profile("\nexif\n       3\n4d4D\n2a\n"),
            (std::vector<uint8_t>{'M', 'M', '*'}));
  EXPECT_TRUE(decode_raw_profile("\nexif\n       3\nxyz\n").empty());
  EXPECT_TRUE(decode_raw_profile("4d4d").empty());
}

}  // namespace
}  // namespace verger
