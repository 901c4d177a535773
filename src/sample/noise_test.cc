// SPDX-License-Identifier: Apache-2.0
#include "sample/noise.h"

#include <gtest/gtest.h>

#include "sample/random.h"

namespace verger::orchard {
namespace {

Vec3 somewhere(Random& random) {
  return {random.uniform(-40, 40), random.uniform(-40, 40), random.uniform(-40, 40)};
}

TEST(Noise, StaysInTheUnitInterval) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const Vec3 point = somewhere(random);
    for (const float value : {noise(point, 3), cloud(point, 3), dots(point, 0.3F, 3)}) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
    }
  }
}

TEST(Noise, IsContinuous) {
  Random random(2);
  for (int i = 0; i < 2000; ++i) {
    const Vec3 point = somewhere(random);
    EXPECT_NEAR(noise(point, 1), noise(point + Vec3{1e-3F, 1e-3F, 1e-3F}, 1), 0.02F);
  }
}

TEST(Noise, SeedsDiffer) {
  int different = 0;
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    const Vec3 point = somewhere(random);
    if (noise(point, 1) != noise(point, 2)) ++different;
  }
  EXPECT_GT(different, 90);
}

TEST(Random, IsSplitMix64) {
  // The reference sequence of seed 1234567.
  Random random(1'234'567);
  EXPECT_EQ(random.next(), 6'457'827'717'110'365'317U);
  EXPECT_EQ(random.next(), 3'203'168'211'198'807'973U);
  EXPECT_EQ(random.next(), 9'817'491'932'198'370'423U);
}

TEST(Turn, IsOnTheCircleAndNearTheTrueAngle) {
  for (float turns = -2; turns < 2; turns += 0.01F) {
    const Angle angle = turn(turns);
    EXPECT_NEAR(angle.cos * angle.cos + angle.sin * angle.sin, 1, 1e-5F);
    EXPECT_NEAR(angle.cos, std::cos(turns * 6.2831853F), 2e-3F);
    EXPECT_NEAR(angle.sin, std::sin(turns * 6.2831853F), 2e-3F);
  }
}

}  // namespace
}  // namespace verger::orchard
