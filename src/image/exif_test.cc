// SPDX-License-Identifier: Apache-2.0
#include "image/exif.h"

#include <gtest/gtest.h>

#include <string>

namespace verger {
namespace {

using namespace std::string_literals;

OrientationSources exif(const std::string& text) {
  return {.exif = {text.begin(), text.end()}, .xmp = ""};
}

TEST(Orientation, IsReadInBothByteOrders) {
  EXPECT_EQ(find_orientation(exif("Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0"s)), 6);
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\5\0\0\0"s)), 5);
}

TEST(Orientation, WithoutAGoodTagIsUpright) {
  EXPECT_EQ(find_orientation({}), 1);
  EXPECT_EQ(find_orientation(exif("nonsense")), 1);
  EXPECT_EQ(find_orientation(exif("II*\0\xFF\xFF\xFF\xFF"s)), 1);            // beyond the end
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\xFF\xFF\x12\1\3"s)), 1);  // cut off
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0\0\0"s)), 1);
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\2\0\1\0\0\0\6\0\0\0"s)), 1);  // text
}

TEST(Orientation, IsTheFirstOfSeveralNumbers) {
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\3\0\2\0\0\0\3\0\6\0"s)), 3);
  // Behind the directory: three of them, and a double.
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\3\0\3\0\0\0\x16\0\0\0\6\0\1\0\1\0"s)),
            6);
  EXPECT_EQ(find_orientation(exif("II*\0\x08\0\0\0\1\0\x12\1\x0C\0\1\0\0\0\x16\0\0\0"
                                  "\0\0\0\0\0\0\x08\x40"s)),
            3);
}

TEST(Orientation, IsNotReadBehindAnEntryWhoseDataAreCutOff) {
  const std::string orientation = "\x12\1\3\0\1\0\0\0\3\0\0\0"s;
  const std::string start = "II*\0\x08\0\0\0\2\0"s;
  // A double at 99,999, and one that is there.
  EXPECT_EQ(find_orientation(
                exif(start + "\x0F\1\x0C\0\1\0\0\0\x9F\x86\1\0"s + orientation + "\0\0\0\0"s)),
            1);
  EXPECT_EQ(
      find_orientation(exif(start + "\x0F\1\x0C\0\1\0\0\0\0\0\0\0"s + orientation + "\0\0\0\0"s)),
      3);
  // Data of more bytes than there are at all are passed over, and an unknown type.
  EXPECT_EQ(find_orientation(exif(start + "\x0F\1\x0C\0\xFF\0\0\0\0\0\0\0"s + orientation)), 3);
  EXPECT_EQ(find_orientation(exif(start + "\x0F\1\x63\0\xFF\0\0\0\xFF\xFF\0\0"s + orientation)), 3);
}

TEST(Orientation, XmpIsAskedWhenExifIsSilent) {
  OrientationSources sources = {.exif = {}, .xmp = "<x tiff:Orientation=\"8\"/>"};
  EXPECT_EQ(find_orientation(sources), 8);
  sources.xmp = "<tiff:Orientation>3</tiff:Orientation>";
  EXPECT_EQ(find_orientation(sources), 3);
  sources.exif = exif("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\2\0\0\0"s).exif;
  EXPECT_EQ(find_orientation(sources), 2);
  sources.exif = exif("II*\0\x08\0\0\0\1\0\x12\1\2\0\1\0\0\0\6\0\0\0"s).exif;  // it has one: a text
  EXPECT_EQ(find_orientation(sources), 1);
}

// The picture  A B   as its red samples.
//              C D
//              E F
std::string turned(int orientation) {
  RgbImage image{2, 3, {}};
  for (const char letter : "ABCDEF"s) {
    for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<uint8_t>(letter + c));
  }
  turn_upright(orientation, image);
  EXPECT_EQ(image.width, orientation < 5 ? 2 : 3);
  EXPECT_EQ(image.width * image.height, 6);
  std::string letters;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    letters += static_cast<char>(image.pixels[i]);
    EXPECT_EQ(image.pixels[i + 2], image.pixels[i] + 2);
  }
  return letters;
}

TEST(TurnUpright, UndoesEveryOrientation) {
  EXPECT_EQ(turned(1), "ABCDEF");
  EXPECT_EQ(turned(2), "BADCFE");
  EXPECT_EQ(turned(3), "FEDCBA");
  EXPECT_EQ(turned(4), "EFCDAB");
  EXPECT_EQ(turned(5), "ACEBDF");
  EXPECT_EQ(turned(6), "ECAFDB");
  EXPECT_EQ(turned(7), "FDBECA");
  EXPECT_EQ(turned(8), "BDFACE");
}

}  // namespace
}  // namespace verger
