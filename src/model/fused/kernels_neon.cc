// SPDX-License-Identifier: Apache-2.0
#include <arm_neon.h>

#include "model/fused/kernels_impl.h"

namespace verger::fused {

namespace {

struct Neon {
  using Vector = float32x4_t;
  static constexpr int kLanes = 4;
  // 20 of the 32 registers hold sums.
  static constexpr int kMaxPlaces = 5;
  static constexpr int kTileGroups = 1;
  static Vector load(const float* from) { return vld1q_f32(from); }
  static Vector broadcast(float value) { return vdupq_n_f32(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
  static Vector add(Vector a, Vector b) { return vaddq_f32(a, b); }
  static Vector divide(Vector a, Vector b) { return vdivq_f32(a, b); }
  static Vector larger(Vector a, Vector b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }
  static Vector smaller(Vector a, Vector b) { return vbslq_f32(vcltq_f32(a, b), a, b); }
  static void keep(Vector&) {}  // no product takes an operand from memory
  static void store(float* to, Vector value) { vst1q_f32(to, value); }
};

}  // namespace

constexpr Kernels kNeonKernels = float32_kernels<Neon>("NEON");

}  // namespace verger::fused
