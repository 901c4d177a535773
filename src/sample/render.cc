// SPDX-License-Identifier: Apache-2.0
#include "sample/light.h"
#include "sample/random.h"
#include "sample/raster.h"
#include "sample/sample.h"
#include "sample/scene.h"

namespace verger {

using namespace orchard;  // NOLINT: this file is the orchard's door

std::string sample_class_name(int label) { return variety(label).name; }

RgbImage render_fruit(int label, int image, uint64_t seed) {
  const uint64_t picture = (static_cast<uint64_t>(label) << 32U) | static_cast<uint32_t>(image);
  Random random(scramble(scramble(seed) ^ scramble(picture + 1)));
  const Variety grown = variety(label);
  std::vector<Part> parts = grow(grown, random);

  const Angle side = turn(random.uniform());
  const Ripeness ripeness{.blush = random.uniform(-0.12F, 0.12F),
                          .sun = unit({side.cos, random.uniform(-0.2F, 0.5F), side.sin}),
                          .spots = random.chance(0.3F) ? random.uniform(0.3F, 0.9F) : 0};
  const float warmth = random.uniform(-0.04F, 0.04F);
  const Light light{.key = unit({random.uniform(-0.65F, -0.25F), random.uniform(0.5F, 0.8F),
                                 random.uniform(0.5F, 0.75F)}),
                    .colour = {1.0F + warmth, 0.975F, 0.93F - warmth},
                    .exposure = random.uniform(0.92F, 1.1F)};
  pose(parts, grown, random);
  return develop(draw(parts, random.uniform(0.86F, 0.97F)), parts, ripeness, light);
}

}  // namespace verger
