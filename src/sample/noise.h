// SPDX-License-Identifier: Apache-2.0
// Patterns in space: a value at each point, smooth and the same for the same seed.
#pragma once

#include <cstdint>

#include "sample/geometry.h"

namespace verger::orchard {

// Value noise in [0, 1] with features of size 1.
float noise(Vec3 point, uint32_t seed);

// Three octaves of it.
float cloud(Vec3 point, uint32_t seed);

// Dots: at most one in each unit cell, of radius up to `radius` (< 0.5): 1 inside, 0 outside.
float dots(Vec3 point, float radius, uint32_t seed);

}  // namespace verger::orchard
