// SPDX-License-Identifier: Apache-2.0
#include "sample/variety.h"

#include <algorithm>
#include <array>

#include "sample/catalogue.h"
#include "sample/random.h"

namespace verger::orchard {

namespace {

uint32_t shifted(uint32_t colour, const std::array<float, 3>& shift) {
  uint32_t result = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const uint32_t position = 16 - 8 * static_cast<uint32_t>(i);
    const float channel = static_cast<float>((colour >> position) & 0xFFU) + shift[i];
    result |= static_cast<uint32_t>(std::clamp(channel, 0.0F, 255.0F)) << position;
  }
  return result;
}

// A sister of the same variety: a little taller or flatter, of a neighbouring colour.
void vary(Variety& variety, Random random) {
  const std::array<float, 3> shift = {random.uniform(-34, 34), random.uniform(-34, 34),
                                      random.uniform(-24, 24)};
  variety.skin.ground = shifted(variety.skin.ground, shift);
  variety.skin.blush = shifted(variety.skin.blush, shift);
  variety.skin.blush_cover *= random.uniform(0.6F, 1.2F);
  variety.skin.stripe_count *= random.uniform(0.8F, 1.3F);
  variety.skin.speckle_count *= random.uniform(0.8F, 1.2F);
  variety.body.height *= random.uniform(0.88F, 1.14F);
  variety.body.taper += random.uniform(-0.05F, 0.05F);
}

}  // namespace

Variety variety(int label) {
  const std::span<const Variety> all = catalogue();
  const std::size_t index = static_cast<std::size_t>(label);
  Variety result = all[index % all.size()];
  const std::size_t generation = index / all.size();
  if (generation > 0) {
    vary(result, Random(scramble(index)));
    result.name += ' ' + std::to_string(generation + 1);
  }
  return result;
}

}  // namespace verger::orchard
