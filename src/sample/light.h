// SPDX-License-Identifier: Apache-2.0
// Light on what the canvas shows, and the shadow under it.
#pragma once

#include "sample/paint.h"
#include "sample/raster.h"
#include "verger/image.h"

namespace verger::orchard {

struct Light {
  Vec3 key = {-0.45F, 0.65F, 0.6F};    // direction to the lamp, unit
  Vec3 colour = {1.0F, 0.97F, 0.92F};  // the lamp's
  float exposure = 1;
};

RgbImage develop(const Canvas& canvas, const std::vector<Part>& parts, const Ripeness& ripeness,
                 const Light& light);

}  // namespace verger::orchard
