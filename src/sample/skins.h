// SPDX-License-Identifier: Apache-2.0
// Recipes of skins: what the varieties of one kind have in common, by their colours (0xRRGGBB) and
// how much of the surface (0 … 1) each covers.
#pragma once

#include <cstdint>

#include "sample/variety.h"

namespace verger::orchard {

Skin apple_skin(uint32_t ground, uint32_t blush, float cover, float stripes);
Skin pear_skin(uint32_t ground, uint32_t blush, float cover);
Skin stone_skin(uint32_t ground, uint32_t blush, float cover);
Skin plum_skin(uint32_t ground, uint32_t blush, float bloom);
Skin smooth_skin(uint32_t ground, uint32_t blush, float cover, float gloss = 0.8F);
Skin citrus_skin(uint32_t ground, uint32_t blush, float cover);
Skin banana_skin(uint32_t ground, uint32_t tips, uint32_t speckle, float freckles);
Skin grape_skin(uint32_t ground, uint32_t blush, float bloom);
Skin strawberry_skin(uint32_t ground, uint32_t seeds);
Skin melon_skin(uint32_t ground, uint32_t stripe, float stripes, float count);

}  // namespace verger::orchard
