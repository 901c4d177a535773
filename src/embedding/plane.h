// SPDX-License-Identifier: Apache-2.0
// Points of a plane.
#pragma once

namespace verger {

struct PlanePoint {
  double x = 0;
  double y = 0;

  bool operator==(const PlanePoint&) const = default;
};

}  // namespace verger
