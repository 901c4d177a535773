// SPDX-License-Identifier: Apache-2.0
#include "search/duplicates.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "search/all_pairs.h"
#include "search/nearest.h"
#include "search/picture.h"
#include "search/test_table.h"

namespace verger {
namespace {

using testing::ElementsAre;

// A picture of soft waves; `phase` turns it a little, as the next frame of a series.
RgbImage waves(int width, int height, double phase, int noise = 0) {
  RgbImage image{.width = width, .height = height, .pixels = {}};
  std::mt19937 random(static_cast<unsigned>(noise));
  std::uniform_int_distribution<int> jitter(-noise, noise);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = 40.0 * x / width;
      const double v = 40.0 * y / height;
      const double value = 128 + 60 * std::sin(u + phase) + 40 * std::cos(0.7 * v - u / 3 + phase);
      for (int channel = 0; channel < 3; ++channel) {
        image.pixels.push_back(static_cast<uint8_t>(std::lround(value) + jitter(random)));
      }
    }
  }
  return image;
}

// What a plain loop finds, at least `least` alike.
std::vector<RowPair> plain_pairs(const SearchTable& table, std::span<const uint8_t> skipped,
                                 double least) {
  std::vector<RowPair> pairs;
  for (std::size_t first = 0; first < table.size(); ++first) {
    for (std::size_t second = first + 1; second < table.size(); ++second) {
      const auto cosine = static_cast<double>(cosine_of_units(table.row(first), table.row(second)));
      if (cosine < least || skipped[first] != 0 || skipped[second] != 0) continue;
      pairs.push_back({first, second, cosine});
    }
  }
  return pairs;
}

// The widths lie within the first panel of components, at its end and beyond several.
TEST(AllPairsTest, AreThoseOfAPlainLoop) {
  for (const std::size_t width : {20U, 32U, 300U}) {
    const SearchTable table = clustered_table(900, width, 5);
    const AllPairs all(table);
    std::vector<uint8_t> skipped(table.size(), 0);
    skipped[11] = 1;
    for (const double least : {-1.0, 0.2, 0.7, 0.85}) {
      std::vector<RowPair> pairs;
      for (std::size_t strip = 0; strip * kStripRows < table.size(); ++strip) {
        const auto one = all.find(skipped, strip, least, 1, {}).value();
        EXPECT_EQ(one, all.find(skipped, strip, least, 3, {}).value());
        pairs.insert(pairs.end(), one.begin(), one.end());
      }
      const auto plain = plain_pairs(table, skipped, least);
      ASSERT_EQ(pairs.size(), plain.size());
      EXPECT_GT(pairs.size(), least < 0.8 ? 1000U : 0U);
      for (std::size_t i = 0; i < plain.size(); ++i) {
        ASSERT_EQ(std::pair(pairs[i].first, pairs[i].second),
                  std::pair(plain[i].first, plain[i].second));
        ASSERT_NEAR(pairs[i].cosine, plain[i].cosine, 1e-5);
      }
    }
  }
}

TEST(PictureTest, ACopyIsNearAndTheNextFrameIsNot) {
  const RgbImage image = waves(120, 90, 0);
  EXPECT_EQ(copy_distance(image, image), 0);
  const double noisy = copy_distance(image, waves(120, 90, 0, 4));
  const double smaller = copy_distance(image, resize_bicubic(image, 80, 60));
  const double turned = copy_distance(image, waves(120, 90, 0.3));
  EXPECT_LT(noisy, DuplicateOptions().tolerance);
  EXPECT_LT(smaller, DuplicateOptions().tolerance);
  EXPECT_GT(turned, 3 * DuplicateOptions().tolerance);
  EXPECT_EQ(copy_distance(image, waves(120, 90, 0.3)), copy_distance(waves(120, 90, 0.3), image));
}

TEST(PictureTest, FlatAndTinyPicturesHaveADistanceToo) {
  const RgbImage grey{.width = 5, .height = 1, .pixels = std::vector<uint8_t>(15, 128)};
  EXPECT_EQ(copy_distance(grey, grey), 0);
  EXPECT_GT(copy_distance(grey, waves(5, 1, 0)), 0.1);
  const RgbImage dot{.width = 1, .height = 1, .pixels = {1, 2, 3}};
  EXPECT_EQ(copy_distance(dot, dot), 0);
}

TEST(PictureTest, ThumbnailsOfAnotherShapeAreNoCopies) {
  const RgbImage image = waves(120, 90, 0);
  const Thumbnail wide = make_thumbnail(image);
  EXPECT_TRUE(may_be_copies(wide, make_thumbnail(resize_bicubic(image, 60, 45))));
  EXPECT_FALSE(may_be_copies(wide, make_thumbnail(waves(90, 90, 0))));
  EXPECT_FALSE(may_be_copies(wide, make_thumbnail(waves(120, 90, 1.5))));
}

DuplicatePair pair_of(std::size_t first, std::size_t second, double distance = 0) {
  return {first, second, 1, distance, true};
}

TEST(GroupsTest, ArePairsJoinedByWayOfOthers) {
  SearchTable table = clustered_table(8, 2, 1);
  table.label = {"a", "a", "a", "a", "b", "a", "a", "a"};
  const auto groups = group_duplicates(table, {pair_of(1, 3), pair_of(2, 5), pair_of(3, 4)},
                                       {0, 10, 20, 30, 30, 20, 0, 0});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(groups[0].rows, ElementsAre(1, 3, 4));
  EXPECT_EQ(groups[0].representative, 3U);
  EXPECT_TRUE(groups[0].label_conflict);
  EXPECT_THAT(groups[1].rows, ElementsAre(2, 5));
  EXPECT_EQ(groups[1].representative, 2U);
  EXPECT_FALSE(groups[1].label_conflict);
}

TEST(GroupsTest, ASmallPictureBelongsToTheNearestOfLargerOnesThatDiffer) {
  // Row 0 is small; 1 and 2 are the original and another size of it, 3 is the next frame.
  std::vector<DuplicatePair> pairs = {pair_of(0, 1, 0.002), pair_of(0, 2, 0.004),
                                      pair_of(0, 3, 0.01), pair_of(1, 2, 0.001)};
  drop_contradicted(pairs, {25, 100, 144, 100});
  ASSERT_EQ(pairs.size(), 3U);
  for (const DuplicatePair& pair : pairs) EXPECT_NE(pair.second, 3U);
}

TEST(DuplicatesTest, WithoutPicturesOnlyEqualRowsCountAndAreNotConfirmed) {
  SearchTable table = clustered_table(50, 30, 1);
  std::copy_n(table.unit.begin(), 30, table.unit.begin() + 30 * 20);
  std::copy_n(table.unit.begin(), 30, table.unit.begin() + 30 * 40);
  const PictureReader none = [](const std::string& path) -> Result<std::vector<uint8_t>> {
    return Status::io("Cannot read " + path + ": it is gone.");
  };
  Observer observer;
  const auto duplicates = find_duplicates(table, nullptr, none, {}, {}, {}, observer).value();
  ASSERT_EQ(duplicates.groups.size(), 1U);
  EXPECT_THAT(duplicates.groups[0].rows, ElementsAre(0, 20, 40));
  EXPECT_EQ(duplicates.pairs.size(), 2U);
  EXPECT_FALSE(duplicates.groups[0].confirmed);
  EXPECT_TRUE(duplicates.groups[0].label_conflict);
  EXPECT_GT(duplicates.unread, 0);

  DuplicateOptions blind;
  blind.pixels = false;
  const auto same = find_duplicates(table, nullptr, none, {}, blind, {}, observer).value();
  EXPECT_EQ(same.pairs.size(), 2U);
  EXPECT_EQ(same.unread, 0);
}

TEST(DuplicatesTest, RefusesOptionsOutOfRange) {
  DuplicateOptions options;
  options.tolerance = -0.1;
  EXPECT_EQ(options.validate().code(), StatusCode::kInvalidArgument);
  options = {};
  options.similarity = std::nan("");
  EXPECT_EQ(options.validate().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace verger
