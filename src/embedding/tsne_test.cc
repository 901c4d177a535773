// SPDX-License-Identifier: Apache-2.0
#include "embedding/tsne.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace verger {
namespace {

constexpr std::size_t kClass = 40;  // points of a class

// Points of eight classes: each has its neighbours among the next of its class.
struct Classes {
  std::vector<std::vector<std::size_t>> neighbours;
  std::vector<PlanePoint> start;
};

Classes eight_classes() {
  Classes made;
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t i = 0; i < 8 * kClass; ++i) {
    std::vector<std::size_t> near;
    for (std::size_t j = 1; j <= kMapNeighbors; ++j) {
      near.push_back(i / kClass * kClass + (i + j) % kClass);
    }
    made.neighbours.push_back(near);
    made.start.push_back({normal(random), normal(random)});
  }
  return made;
}

double distance(const PlanePoint& a, const PlanePoint& b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

TEST(TsneTest, ClassesBecomeIslands) {
  const Classes classes = eight_classes();
  const auto map = make_map(classes.neighbours, classes.start, 2, CancelToken()).value();
  for (std::size_t i = 0; i < map.size(); ++i) {
    std::size_t nearest = i == 0 ? 1 : 0;
    for (std::size_t j = 0; j < map.size(); ++j) {
      if (j != i && distance(map[i], map[j]) < distance(map[i], map[nearest])) nearest = j;
    }
    EXPECT_EQ(nearest / kClass, i / kClass) << i;
  }
}

TEST(TsneTest, ThreadsChangeNoBit) {
  const Classes classes = eight_classes();
  const auto one = make_map(classes.neighbours, classes.start, 1, CancelToken()).value();
  EXPECT_EQ(one, make_map(classes.neighbours, classes.start, 3, CancelToken()).value());
}

TEST(TsneTest, FewPointsHaveAMap) {
  EXPECT_TRUE(make_map({}, {}, 1, CancelToken()).value().empty());
  const std::vector<std::vector<std::size_t>> alone(1);
  const std::vector<PlanePoint> start = {{3, 4}};
  EXPECT_EQ(make_map(alone, start, 1, CancelToken()).value(), (std::vector{PlanePoint{0, 0}}));
  const std::vector<std::vector<std::size_t>> two = {{1}, {0}};
  const std::vector<PlanePoint> same = {{1, 1}, {1, 1}};  // copies stay together
  const auto map = make_map(two, same, 1, CancelToken()).value();
  EXPECT_EQ(map[0], map[1]);
}

TEST(TsneTest, ItCanBeCancelled) {
  CancelToken cancel;
  cancel.cancel();
  const Classes classes = eight_classes();
  EXPECT_FALSE(make_map(classes.neighbours, classes.start, 1, cancel).ok());
}

}  // namespace
}  // namespace verger
