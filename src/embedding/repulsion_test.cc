// SPDX-License-Identifier: Apache-2.0
#include "embedding/repulsion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace verger {
namespace {

std::vector<PlanePoint> scattered(std::size_t count, double spread) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal(0, spread);
  std::vector<PlanePoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    const double island = static_cast<double>(i % 5) * 4 * spread;  // five of them, in a row
    points.push_back({island + normal(random), normal(random)});
  }
  return points;
}

TEST(RepulsionTest, ComesNearToTheSumOverAllPairs) {
  for (const double spread : {1e-4, 3.0}) {
    const auto points = scattered(3000, spread);
    Repulsion repulsion;
    ASSERT_TRUE(repulsion.compute(points, 2, CancelToken()).ok());
    double normalizer = 0;
    double error = 0;
    double length = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      PlanePoint force;
      for (const PlanePoint& other : points) {
        const double dx = points[i].x - other.x;
        const double dy = points[i].y - other.y;
        const double q = 1 / (1 + dx * dx + dy * dy);
        normalizer += q;
        force.x += q * q * dx;
        force.y += q * q * dy;
      }
      normalizer -= 1;
      const PlanePoint& approximate = repulsion.forces()[i];
      error += std::hypot(approximate.x - force.x, approximate.y - force.y);
      length += std::hypot(force.x, force.y);
    }
    EXPECT_LT(error / length, 0.05) << spread;
    EXPECT_NEAR(repulsion.normalizer() / normalizer, 1, 0.03) << spread;
  }
}

TEST(RepulsionTest, ThreadsChangeNoBit) {
  const auto points = scattered(5000, 2);
  Repulsion one;
  Repulsion three;
  ASSERT_TRUE(one.compute(points, 1, CancelToken()).ok());
  ASSERT_TRUE(three.compute(points, 3, CancelToken()).ok());
  EXPECT_EQ(one.normalizer(), three.normalizer());
  EXPECT_TRUE(std::ranges::equal(one.forces(), three.forces()));
}

TEST(RepulsionTest, PointsInOnePlaceDoNotMoveEachOther) {
  const std::vector<PlanePoint> points(100, PlanePoint{2, 3});
  Repulsion repulsion;
  ASSERT_TRUE(repulsion.compute(points, 1, CancelToken()).ok());
  EXPECT_EQ(repulsion.normalizer(), 100 * 99);
  for (const PlanePoint& force : repulsion.forces()) EXPECT_EQ(force, (PlanePoint{0, 0}));
  EXPECT_TRUE(repulsion.compute({}, 1, CancelToken()).ok());
}

}  // namespace
}  // namespace verger
