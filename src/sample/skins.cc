// SPDX-License-Identifier: Apache-2.0
#include "sample/skins.h"

namespace verger::orchard {

Skin apple_skin(uint32_t ground, uint32_t blush, float cover, float stripes) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = cover,
          .stripe = blush,
          .stripe_cover = stripes,
          .stripe_count = 14,
          .speckle = 0xF2DFA0,
          .speckle_size = 0.13F,
          .speckle_count = 9,
          .top = 0x8F9A34,
          .top_cover = 0.08F,
          .mottle = 0.12F,
          .gloss = 0.62F};
}

Skin pear_skin(uint32_t ground, uint32_t blush, float cover) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = cover,
          .blush_edge = 0.35F,
          .speckle = 0x7A5A26,
          .speckle_size = 0.2F,
          .speckle_count = 15,
          .top = 0x8A7A3A,
          .top_cover = 0.05F,
          .base = 0x7C6A36,
          .base_cover = 0.05F,
          .mottle = 0.18F,
          .gloss = 0.35F};
}

Skin stone_skin(uint32_t ground, uint32_t blush, float cover) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = cover,
          .blush_edge = 0.4F,
          .mottle = 0.16F,
          .bloom = 0.25F,
          .gloss = 0.12F,
          .bumps = 0.12F,
          .bump_count = 22};
}

Skin plum_skin(uint32_t ground, uint32_t blush, float bloom) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = 0.4F,
          .speckle = 0xC8A070,
          .speckle_size = 0.08F,
          .mottle = 0.15F,
          .bloom = bloom,
          .gloss = 0.5F};
}

Skin smooth_skin(uint32_t ground, uint32_t blush, float cover, float gloss) {
  return {.ground = ground, .blush = blush, .blush_cover = cover, .mottle = 0.1F, .gloss = gloss};
}

Skin citrus_skin(uint32_t ground, uint32_t blush, float cover) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = cover,
          .blush_edge = 0.4F,
          .top = 0x8A9A30,
          .top_cover = 0.025F,
          .mottle = 0.08F,
          .gloss = 0.48F,
          .bumps = 0.34F,
          .bump_count = 15};
}

Skin banana_skin(uint32_t ground, uint32_t tips, uint32_t speckle, float freckles) {
  return {.ground = ground,
          .stripe = speckle,
          .stripe_cover = 0.08F,
          .speckle = speckle,
          .speckle_size = freckles,
          .speckle_count = 3.4F,
          .top = tips,
          .top_cover = 0.012F,
          .base = 0x3A2A14,
          .base_cover = 0.006F,
          .mottle = 0.12F,
          .gloss = 0.3F};
}

Skin grape_skin(uint32_t ground, uint32_t blush, float bloom) {
  return {.ground = ground,
          .blush = blush,
          .blush_cover = 0.35F,
          .mottle = 0.12F,
          .bloom = bloom,
          .gloss = 0.7F};
}

Skin strawberry_skin(uint32_t ground, uint32_t seeds) {
  return {.ground = ground,
          .speckle = seeds,
          .speckle_size = 0.26F,
          .speckle_count = 5.6F,
          .top = 0xF0C8A0,
          .top_cover = 0.07F,
          .mottle = 0.12F,
          .gloss = 0.72F,
          .bumps = 0.5F,
          .bump_count = 5.6F};
}

Skin melon_skin(uint32_t ground, uint32_t stripe, float stripes, float count) {
  return {.ground = ground,
          .stripe = stripe,
          .stripe_cover = stripes,
          .stripe_count = count,
          .mottle = 0.14F,
          .gloss = 0.4F};
}

}  // namespace verger::orchard
