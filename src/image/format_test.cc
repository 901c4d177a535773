// SPDX-License-Identifier: Apache-2.0
#include "image/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace verger {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

Result<Format, Rejection> detect(const std::string& text) {
  return detect_format(Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

TEST(Format, JpegAndPngAreToldByTheirSignatures) {
  EXPECT_EQ(*detect("\xFF\xD8\xFF\xE0"), Format::kJpeg);
  EXPECT_EQ(*detect("\x89PNG\r\n\x1A\n"), Format::kPng);
}

TEST(Format, OthersAreNamed) {
  const std::string filler(200, 'x');
  const std::pair<std::string, std::string> cases[] = {
      {"GIF89a", "GIF"},
      {"II*\0"s, "TIFF"},
      {"MM\0*"s, "TIFF"},
      {"RIFF....WEBPVP8 ", "WebP"},
      {"\0\0\0\x1c"s + "ftypheic", "HEIF"},
      {"\0\0\0\x1c"s + "ftypavif", "AVIF"},
      {"\0\0\0\x0CjP  \r\n\x87\n"s, "JPEG 2000"},
      {"\xFF\x0A", "JPEG XL"},
      {"\xFF\xD8\xFF\xF7", "JPEG-LS"},
      {"\0\0\1\0\1\0"s, "ICO"},
      {"8BPS", "PSD"},
      {"%PDF-1.7", "PDF"},
      {"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s, "BMP"},
      {"P6\n2 2\n255\n", "Netpbm"},
      {" \n<svg xmlns='http://www.w3.org/2000/svg'>", "SVG"},
      {"<?xml version='1.0'?><!-- x --><svg/>", "SVG"},
  };
  for (const auto& [start, name] : cases) {
    const auto format = detect(start + filler);
    ASSERT_FALSE(format.ok()) << name;
    EXPECT_EQ(format.error().reason, RejectReason::kUnsupportedFormat) << name;
    EXPECT_THAT(format.error().message, HasSubstr(name));
  }
}

TEST(Format, WhatFollowsAJpegSignatureDoesNotMatter) {
  const std::string file = "\xFF\xD8\xFF\xE0" + std::string(124, 'x') + "DICM" +
                           std::string(60, 'x') + "TRUEVISION-XFILE.\0"s;
  EXPECT_EQ(*detect(file), Format::kJpeg);
}

TEST(Format, WhatIsNoImageSaysSo) {
  for (const std::string& text : {"hello, world"s, "BM, a text"s, "\xFF\xD8 no"s, "P6"s, "x"s}) {
    EXPECT_EQ(detect(text).error().reason, RejectReason::kNotAnImage) << text;
  }
}

TEST(Format, EmptyAndCutSignatures) {
  EXPECT_EQ(detect("").error().reason, RejectReason::kEmpty);
  EXPECT_EQ(detect("\xFF\xD8").error().reason, RejectReason::kTruncated);
  EXPECT_EQ(detect("\x89PNG\r").error().reason, RejectReason::kTruncated);
}

}  // namespace
}  // namespace verger
