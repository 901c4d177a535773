// SPDX-License-Identifier: Apache-2.0
#include "embedding/islands.h"

#include <algorithm>
#include <map>

namespace verger {

namespace {

constexpr std::size_t kMostOfLabel = 2000;
constexpr double kReach = 0.03;  // what lies together, as a share of the map's width

double width_of(std::span<const PlanePoint> points) {
  const auto [left, right] = std::ranges::minmax(points, {}, &PlanePoint::x);
  const auto [top, bottom] = std::ranges::minmax(points, {}, &PlanePoint::y);
  return std::max(right.x - left.x, bottom.y - top.y);
}

// Around the point that has most others within reach.
Island densest(std::span<const PlanePoint> points, std::size_t label, double reach) {
  Island best{.label = label};
  for (const PlanePoint& from : points) {
    Island island{.label = label};
    for (const PlanePoint& to : points) {
      const double dx = from.x - to.x;
      const double dy = from.y - to.y;
      if (dx * dx + dy * dy > reach * reach) continue;
      ++island.points;
      island.centre.x += to.x;
      island.centre.y += to.y;
    }
    if (island.points > best.points) best = island;
  }
  const auto count = static_cast<double>(best.points);
  best.centre = {best.centre.x / count, best.centre.y / count};
  return best;
}

}  // namespace

std::vector<Island> find_islands(std::span<const PlanePoint> points,
                                 std::span<const std::size_t> labels) {
  if (points.empty()) return {};
  std::map<std::size_t, std::vector<PlanePoint>> by_label;
  for (std::size_t i = 0; i < points.size(); ++i) by_label[labels[i]].push_back(points[i]);
  const double reach = kReach * width_of(points);
  std::vector<Island> islands;
  for (const auto& [label, all] : by_label) {
    std::vector<PlanePoint> some;
    const std::size_t most = std::min(all.size(), kMostOfLabel);
    for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
    islands.push_back(densest(some, label, reach));
  }
  std::ranges::stable_sort(islands, std::ranges::greater(), &Island::points);
  return islands;
}

}  // namespace verger
