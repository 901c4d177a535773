// SPDX-License-Identifier: Apache-2.0
#include "sample/noise.h"

#include <array>
#include <cstddef>

#include "sample/random.h"

namespace verger::orchard {

namespace {

// A cube of random bytes that repeats; a seed is a displacement in it.
constexpr uint32_t kPeriod = 32;

using Lattice = std::array<uint8_t, std::size_t{kPeriod} * kPeriod * kPeriod>;

Lattice make_lattice() {
  Lattice lattice{};
  Random random(1);
  for (uint8_t& value : lattice) value = static_cast<uint8_t>(random.next() >> 56U);
  return lattice;
}

const Lattice kLattice = make_lattice();

struct Cell {
  uint32_t x, y, z;
};

uint8_t lattice_at(Cell cell) {
  constexpr uint32_t kMask = kPeriod - 1;
  return kLattice[((cell.z & kMask) * kPeriod + (cell.y & kMask)) * kPeriod + (cell.x & kMask)];
}

// The cell that a point is in, and where in it.
struct Place {
  Cell cell;
  Vec3 inside;
};

Place place_of(Vec3 point, uint32_t seed) {
  const uint32_t h = seed * 0x9E3779B1U;
  const Vec3 low = {floor_of(point.x), floor_of(point.y), floor_of(point.z)};
  const auto to_lattice = [](float whole) {
    return static_cast<uint32_t>(static_cast<int32_t>(whole));
  };
  return {{to_lattice(low.x) + (h >> 27U), to_lattice(low.y) + (h >> 22U),
           to_lattice(low.z) + (h >> 17U)},
          point - low};
}

float ease(float t) { return t * t * (3 - 2 * t); }

}  // namespace

float noise(Vec3 point, uint32_t seed) {
  const Place place = place_of(point, seed);
  const Cell cell = place.cell;
  const Vec3 inside = place.inside;
  const float u = ease(inside.x);
  const float v = ease(inside.y);
  const auto edge = [&](uint32_t dy, uint32_t dz) {
    const Cell left = {cell.x, cell.y + dy, cell.z + dz};
    const Cell right = {cell.x + 1, left.y, left.z};
    return mix(lattice_at(left), lattice_at(right), u);
  };
  const float near = mix(edge(0, 0), edge(1, 0), v);
  const float far = mix(edge(0, 1), edge(1, 1), v);
  return mix(near, far, ease(inside.z)) * (1.0F / 255);
}

float cloud(Vec3 point, uint32_t seed) {
  return (noise(point, seed) * 4 + noise(point * 2.1F, seed + 1) * 2 +
          noise(point * 4.3F, seed + 2)) /
         7;
}

float dots(Vec3 point, float radius, uint32_t seed) {
  const Place place = place_of(point, seed);
  const Cell cell = place.cell;
  const float room = (1 - 2 * radius) / 255;
  const auto coordinate = [&](uint32_t offset) {
    return radius + room * static_cast<float>(lattice_at({cell.x, cell.y + offset, cell.z}));
  };
  const Vec3 centre = {coordinate(0), coordinate(7), coordinate(16)};
  const float distance = length(place.inside - centre);
  return 1 - smooth_step(0.55F * radius, radius, distance);
}

}  // namespace verger::orchard
