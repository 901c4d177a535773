// SPDX-License-Identifier: Apache-2.0
#include "sample/surface.h"

#include <gtest/gtest.h>

#include "sample/catalogue.h"
#include "sample/scene.h"

namespace verger::orchard {
namespace {

TEST(Revolve, ASphereIsASphere) {
  const Surface sphere = revolve(Body{}, 24, 32);
  for (std::size_t i = 0; i < sphere.points.size(); ++i) {
    EXPECT_NEAR(length(sphere.points[i]), 1, 1e-4F);
    EXPECT_GT(dot(sphere.points[i], sphere.normals[i]), 0.97F) << "normals point outwards";
  }
}

TEST(Revolve, HeightIsHalfTheFruit) {
  EXPECT_NEAR(outline({.height = 1.7F}, 0).height, 1.7F, 1e-3F);
  EXPECT_NEAR(outline({.height = 1.7F}, 0.5F).height, -1.7F, 1e-3F);
}

TEST(Revolve, ANeckNarrowsTheTopOnly) {
  const Body pear{.neck = 0.5F};
  EXPECT_LT(outline(pear, 0.08F).radius, 0.8F * outline(Body{}, 0.08F).radius);
  EXPECT_EQ(outline(pear, 0.4F).radius, outline(Body{}, 0.4F).radius);
}

TEST(Grow, EveryVarietyIsMadeOfFinitePoints) {
  for (const Variety& variety : catalogue()) {
    Random random(5);
    const std::vector<Part> parts = grow(variety, random);
    ASSERT_FALSE(parts.empty()) << variety.name;
    for (const Part& part : parts) {
      for (std::size_t i = 0; i < part.surface.points.size(); ++i) {
        EXPECT_LT(length(part.surface.points[i]), 10) << variety.name;
        EXPECT_NEAR(length(part.surface.normals[i]), 1, 1e-3F) << variety.name;
      }
    }
  }
}

}  // namespace
}  // namespace verger::orchard
