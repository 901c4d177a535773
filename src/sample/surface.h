// SPDX-License-Identifier: Apache-2.0
// Surfaces as grids of points: bodies of revolution, tubes, leaves.
#pragma once

#include <vector>

#include "sample/geometry.h"
#include "sample/variety.h"

namespace verger::orchard {

// rows × columns points, row-major. `skin` is where a point was on the undeformed fruit (on a leaf:
// x across, y along), by which patterns are painted.
struct Surface {
  int rows = 0;
  int columns = 0;
  bool closed = true;  // the last column meets the first
  bool two_sided = false;
  std::vector<Vec3> points{};
  std::vector<Vec3> skin{};
  std::vector<Vec3> normals{};

  std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
  }
};

Surface revolve(const Body& body, int rows, int columns);

// A point of the body's outline (distance from the axis, height) at `polar` turns from the top.
struct Outline {
  float radius, height;
};
Outline outline(const Body& body, float polar);

// A tube along start, middle, end (a quadratic Bézier), thicker at the end by `flare`.
Surface tube(Vec3 start, Vec3 middle, Vec3 end, float width, float flare);

// A leaf from `root` outwards in the direction `azimuth`, folded along its midrib and curling down.
struct LeafShape {
  Vec3 root{};
  float azimuth = 0;  // turns
  float size = 0.8F;
  float width = 0.4F;  // half width, of the size
  float rise = 0.3F;   // steepness at the root
  float curl = 0.6F;
};
Surface leaf(const LeafShape& shape);

// A sepal that lies on the body from its top down to `reach` (turns), then lifts off.
Surface sepal(const Body& body, float azimuth, float reach, float lift);

}  // namespace verger::orchard
