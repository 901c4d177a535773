// SPDX-License-Identifier: Apache-2.0
#include "sample/paint.h"

#include "sample/noise.h"

namespace verger::orchard {

namespace {

constexpr Vec3 kWax = {0.72F, 0.76F, 0.84F};
constexpr Vec3 kBrown = {0.1F, 0.045F, 0.015F};

}  // namespace

Vec3 to_linear(uint32_t colour) {
  const auto channel = [&](uint32_t shift) {
    const float value = static_cast<float>((colour >> shift) & 0xFFU) / 255;
    return value * value;
  };
  return {channel(16), channel(8), channel(0)};
}

Paint::Paint(const Part& part, const Ripeness& ripeness)
    : skin_(part.skin),
      ripeness_(ripeness),
      seed_(part.seed),
      shade_(part.shade),
      scale_(part.relative),
      ground_(to_linear(part.skin.ground)),
      blush_(to_linear(part.skin.blush)),
      stripe_(to_linear(part.skin.stripe)),
      speckle_(to_linear(part.skin.speckle)),
      top_(to_linear(part.skin.top)),
      base_(to_linear(part.skin.base)) {}

Vec3 Paint::fruit(Vec3 skin) const {
  Vec3 colour = ground_;
  const Vec3 direction = unit(skin);
  if (skin_.top_cover > 0) {
    const float edge = 1 - 2 * skin_.top_cover + 0.3F * (noise(skin * 3, seed_ + 5) - 0.5F);
    colour = mix(colour, top_, smooth_step(edge, edge + 0.45F, direction.y));
  }
  if (skin_.blush_cover > 0) {
    const float cover = clamp01(skin_.blush_cover + ripeness_.blush);
    const float sun = 0.5F + 0.5F * dot(direction, ripeness_.sun);
    const float sight = 0.55F * sun + 0.45F * cloud(skin * 1.8F, seed_);
    const float edge = 0.92F - 0.84F * cover;
    const float width = skin_.blush_edge;
    colour = mix(colour, blush_, smooth_step(edge - width, edge + width, sight));
  }
  if (skin_.stripe_cover > 0) {
    // Noise on a cylinder about the axis, drawn out along it.
    const float around = 1 / std::sqrt(skin.x * skin.x + skin.z * skin.z + 1e-4F);
    const Vec3 column = {skin.x * around * skin_.stripe_count * 0.4F, skin.y * 0.9F,
                         skin.z * around * skin_.stripe_count * 0.4F};
    const float streak =
        0.65F * noise(column, seed_ + 9) + 0.35F * noise(column * 2.3F, seed_ + 10);
    const float edge = 1 - skin_.stripe_cover;
    colour = mix(colour, stripe_, smooth_step(edge - 0.08F, edge + 0.12F, streak));
  }
  if (skin_.base_cover > 0) {
    const float edge = 1 - 2 * skin_.base_cover + 0.2F * (noise(skin * 4, seed_ + 6) - 0.5F);
    colour = mix(colour, base_, smooth_step(edge, edge + 0.25F, -direction.y));
  }
  if (skin_.speckle_size > 0) {
    const float dot_here = dots(skin * skin_.speckle_count, skin_.speckle_size, seed_ + 11);
    colour = mix(colour, speckle_, dot_here);
  }
  if (ripeness_.spots > 0) {
    const float spot = dots(skin * 2.3F + Vec3{0.5F, 0.2F, 0.7F}, 0.14F, seed_ + 13);
    colour = mix(colour, kBrown, ripeness_.spots * spot * noise(skin * 9, seed_ + 14));
  }
  return colour;
}

// A pale midrib and side veins that leave it slantwise.
Vec3 Paint::leaf(Vec3 skin) const {
  const float across = std::abs(skin.x);
  const float along = skin.y * 7 - across * 1.6F;
  const float side = std::abs(along - floor_of(along) - 0.5F);
  const float vein = std::max(bump(across / 0.12F), 0.6F * bump((0.5F - side) / 0.12F));
  return mix(ground_, ground_ * 1.7F + Vec3{0.02F, 0.03F, 0.01F}, 0.6F * vein * skin_.veins);
}

Paint::Coat Paint::at(Vec3 skin) const {
  Coat coat{};
  coat.colour = skin_.veins > 0 ? leaf(skin) : fruit(skin);
  const Vec3 fine = skin * scale_;
  const float uneven = cloud(fine * 4 + Vec3{7, 3, 5}, seed_ + 1);
  coat.colour = coat.colour * (shade_ * (1 + 2 * skin_.mottle * (uneven - 0.5F)));
  if (skin_.bloom > 0) {
    coat.bloom = skin_.bloom * smooth_step(0.25F, 0.75F, cloud(fine * 2.4F, seed_ + 2));
    coat.colour = mix(coat.colour, kWax, 0.45F * coat.bloom);
  }
  if (skin_.bumps > 0) {
    const Vec3 place = fine * skin_.bump_count;
    const auto axis = [&](uint32_t i) { return noise(place, seed_ + 20 + i) - 0.5F; };
    coat.relief = Vec3{axis(0), axis(1), axis(2)} * skin_.bumps;
  }
  return coat;
}

}  // namespace verger::orchard
