// SPDX-License-Identifier: Apache-2.0
// The images in tests/golden/pixels give the pixels that Pillow gave when they were made.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "image/decode.h"

namespace verger {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(VERGER_SOURCE_DIR) / "tests" / "golden" / "pixels";

std::vector<uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(GoldenPixels, AreThoseOfPillow) {
  std::ifstream file(kFolder / "golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  ASSERT_GE(golden["images"].size(), 24u);
  for (const auto& [name, expected] : golden["images"].items()) {
    const auto image = decode_image(read_file(kFolder / name), {});
    if (expected.is_null()) {
      EXPECT_FALSE(image.ok()) << name;
      continue;
    }
    ASSERT_TRUE(image.ok()) << name << ": " << image.error().message;
    const RgbImage resized = resize_bicubic(*image, kImageSide, kImageSide);
    EXPECT_EQ(sha256_hex(resized.pixels), expected.get<std::string>()) << name;
  }
}

}  // namespace
}  // namespace verger
