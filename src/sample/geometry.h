// SPDX-License-Identifier: Apache-2.0
// Small vectors, and the few curves that fruit are made of.
//
// Everything in this folder computes with +, −, × and ÷ in float32, std::sqrt and comparisons only,
// which IEEE 754 rounds in one way; the library is compiled without contraction to FMA. So a seed
// gives the same pixels on every CPU and with every C library.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace verger::orchard {

struct Vec3 {
  float x = 0, y = 0, z = 0;

  friend constexpr Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
  friend constexpr Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
  constexpr Vec3& operator+=(Vec3 b) { return *this = *this + b; }
};

constexpr float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
constexpr Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 unit(Vec3 a) {
  const float size = length(a);
  return size > 1e-12F ? a * (1 / size) : Vec3{0, 1, 0};
}

constexpr float mix(float a, float b, float t) { return a + (b - a) * t; }
constexpr Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
constexpr float clamp01(float t) { return t < 0 ? 0 : t > 1 ? 1 : t; }
constexpr float smooth_step(float low, float high, float value) {
  const float t = clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}
// 1 at 0, falling smoothly to 0 at |t| ≥ 1.
constexpr float bump(float t) {
  const float rest = 1 - t * t;
  return rest > 0 ? rest * rest : 0;
}
inline float floor_of(float value) {
  const float whole = static_cast<float>(static_cast<int>(value));
  return whole > value ? whole - 1 : whole;
}

// A point on the unit circle.
struct Angle {
  float cos = 1, sin = 0;
};

// The angle of `turns` full turns, to 1e-3: a parabola for the sine, refined, then put on the
// circle.
inline Angle turn(float turns) {
  const auto sine = [](float t) {
    t -= floor_of(t + 0.5F);
    const float parabola = 8 * t - 16 * t * std::abs(t);
    return parabola * (0.775F + 0.225F * std::abs(parabola));
  };
  const float s = sine(turns);
  const float c = sine(turns + 0.25F);
  const float scale = 1 / std::sqrt(s * s + c * c);
  return {c * scale, s * scale};
}

// Rotations of a vector about the axes.
constexpr Vec3 turn_x(Vec3 v, Angle a) {
  return {v.x, v.y * a.cos - v.z * a.sin, v.y * a.sin + v.z * a.cos};
}
constexpr Vec3 turn_y(Vec3 v, Angle a) {
  return {v.x * a.cos + v.z * a.sin, v.y, v.z * a.cos - v.x * a.sin};
}
constexpr Vec3 turn_z(Vec3 v, Angle a) {
  return {v.x * a.cos - v.y * a.sin, v.x * a.sin + v.y * a.cos, v.z};
}

}  // namespace verger::orchard
