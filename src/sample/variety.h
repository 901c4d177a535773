// SPDX-License-Identifier: Apache-2.0
// What grows in the orchard: each variety's shape, colours and trimmings.
#pragma once

#include <cstdint>
#include <string>

#include "sample/geometry.h"

namespace verger::orchard {

// A fruit's body: a sphere of radius 1 about the y axis, reshaped. Lengths are in radii.
struct Body {
  float height = 1;     // half height
  float taper = 0;      // wider above (> 0) or below (< 0)
  float blunt = 0;      // fuller towards the ends
  float neck = 0;       // narrowed at the stem, as a pear
  float neck_from = 0;  // where that begins, as a cosine of the polar angle
  float top_dimple = 0;
  float base_dimple = 0;
  float top_tip = 0;  // pointed, as a lemon
  float base_tip = 0;
  int lobes = 0;  // ribs around the axis
  float lobe_depth = 0;
  float suture = 0;  // one groove from stem to base, as a peach
  float bend = 0;    // curved along the axis: half the arc, in turns
};

// Colours are 0xRRGGBB.
struct Skin {
  uint32_t ground = 0xC02020;
  uint32_t blush = 0x801010;  // the sunny side
  float blush_cover = 0;      // share of the surface
  float blush_edge = 0.3F;    // how soft its edge is
  uint32_t stripe = 0xFFFFFF;
  float stripe_cover = 0;
  float stripe_count = 9;  // around the axis, about
  uint32_t speckle = 0xFFFFFF;
  float speckle_size = 0;    // 0 … 0.45 of the spacing
  float speckle_count = 10;  // along a radius
  uint32_t top = 0x6A8030;   // tint about the stem
  float top_cover = 0;
  uint32_t base = 0x6A8030;  // tint about the base
  float base_cover = 0;
  float mottle = 0.1F;  // unevenness of the colour
  float bloom = 0;      // whitish wax
  float gloss = 0.5F;
  float bumps = 0;       // roughness of the relief ...
  float bump_count = 8;  // ... and its fineness, per radius
  float veins = 0;       // as on a leaf
};

// How many bodies make one picture, and how they hang together.
enum class Growth {
  kSingle,
  kPair,     // two on joined stems, as cherries
  kHandful,  // a few, loose
  kBunch,    // many on one stalk, as grapes
  kDrupe,    // one fruit of many beads, as a raspberry
};

struct Trim {
  float stem = 0;  // length; 0: none
  float stem_width = 0.05F;
  uint32_t stem_colour = 0x5A4326;
  int leaves = 0;
  int sepals = 0;  // a star of small leaves on top
  float sepal_reach = 0.4F;
  uint32_t sepal_colour = 0x4F8A2C;
  int tuft = 0;  // a crown of upright leaves, as a pineapple
};

struct Variety {
  std::string name;
  Growth growth = Growth::kSingle;
  Body body;
  Skin skin;
  Trim trim;
};

// The varieties in the order of their labels. Past the last one the list starts anew with slightly
// other shapes and colours, and the names are numbered: "Apple Crimson 2".
Variety variety(int label);

}  // namespace verger::orchard
