// SPDX-License-Identifier: Apache-2.0
#include "embedding/islands.h"

#include <gtest/gtest.h>

#include <vector>

namespace verger {
namespace {

TEST(IslandsTest, NamesThePlaceWhereMostOfAClassLies) {
  std::vector<PlanePoint> points;
  std::vector<std::size_t> labels;
  const auto add = [&](std::size_t label, double x, double y, int count) {
    for (int i = 0; i < count; ++i) {
      points.push_back({x + i % 2 * 0.1, y});
      labels.push_back(label);
    }
  };
  add(7, 0, 0, 4);    // a small island of the first class,
  add(7, 10, 10, 6);  // and its largest
  add(3, 5, 5, 8);
  const auto islands = find_islands(points, labels);
  ASSERT_EQ(islands.size(), 2U);
  EXPECT_EQ(islands[0].label, 3U);
  EXPECT_EQ(islands[0].points, 8U);
  EXPECT_EQ(islands[1].label, 7U);
  EXPECT_EQ(islands[1].points, 6U);
  EXPECT_NEAR(islands[1].centre.x, 10.05, 1e-9);
  EXPECT_NEAR(islands[1].centre.y, 10, 1e-9);
}

TEST(IslandsTest, APointAloneIsAnIslandAndNoneIsNone) {
  EXPECT_TRUE(find_islands({}, {}).empty());
  const std::vector<PlanePoint> points = {{1, 2}};
  const std::vector<std::size_t> labels = {0};
  EXPECT_EQ(find_islands(points, labels)[0].centre, points[0]);
}

}  // namespace
}  // namespace verger
