// SPDX-License-Identifier: Apache-2.0
// Where on a map the name of each class belongs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "embedding/plane.h"

namespace verger {

// The place where most points of a class lie close together.
struct Island {
  std::size_t label = 0;
  PlanePoint centre{};     // the middle of the points that lie there
  std::size_t points = 0;  // how many
};

// One a label, those of most points first. `labels`: the number of each point's label. Where a
// label has more than 2,000 points, only 2,000 that are spread evenly over them are looked at, and
// `points` counts those.
std::vector<Island> find_islands(std::span<const PlanePoint> points,
                                 std::span<const std::size_t> labels);

}  // namespace verger
