// SPDX-License-Identifier: Apache-2.0
// One picture's contents: the parts of a fruit, put together and turned.
#pragma once

#include <vector>

#include "sample/random.h"
#include "sample/surface.h"
#include "sample/variety.h"

namespace verger::orchard {

// A painted surface.
struct Part {
  Surface surface;
  Skin skin;
  uint32_t seed = 0;   // decides its patterns
  float shade = 1;     // brightness among its sisters
  float relative = 1;  // size of its patterns, in fruit radii
};

// The parts of a fruit of this variety, standing upright about the origin.
std::vector<Part> grow(const Variety& variety, Random& random);

// Turns the scene as a hand would hold it before the camera, which looks along −z.
void pose(std::vector<Part>& parts, const Variety& variety, Random& random);

}  // namespace verger::orchard
