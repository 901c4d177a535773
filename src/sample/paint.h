// SPDX-License-Identifier: Apache-2.0
// The colour of a skin at a point, before light falls on it.
#pragma once

#include "sample/geometry.h"
#include "sample/scene.h"

namespace verger::orchard {

// 0xRRGGBB to linear light. The transfer curve is a plain square, whose inverse is a square root.
Vec3 to_linear(uint32_t colour);

// What the camera's day brings to the whole picture.
struct Ripeness {
  float blush = 0;       // more or less of it than the variety has
  Vec3 sun = {1, 0, 0};  // the side that blushed
  float spots = 0;       // brown ones; 0 … 1
};

// A part's colours, made ready once.
class Paint {
 public:
  Paint(const Part& part, const Ripeness& ripeness);

  struct Coat {
    Vec3 colour;
    float bloom;  // dulls the gloss
    Vec3 relief;  // to be added to the normal
  };
  Coat at(Vec3 skin) const;

 private:
  Vec3 fruit(Vec3 skin) const;
  Vec3 leaf(Vec3 skin) const;

  Skin skin_;
  Ripeness ripeness_;
  uint32_t seed_;
  float shade_;
  float scale_;
  Vec3 ground_, blush_, stripe_, speckle_, top_, base_;
};

}  // namespace verger::orchard
