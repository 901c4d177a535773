// SPDX-License-Identifier: Apache-2.0
#include <arm_neon.h>

#include "pca/product_tile.h"

namespace verger {

namespace {

struct Neon {
  using Vector = float64x2_t;
  static constexpr std::size_t kLanes = 2;
  static Vector load(const double* from) { return vld1q_f64(from); }
  static Vector broadcast(double value) { return vdupq_n_f64(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return vfmaq_f64(c, a, b); }
  static void store(double* to, Vector value) { vst1q_f64(to, value); }
};

}  // namespace

// 24 of the 32 registers hold sums.
constexpr ProductTile kNeonTile = product_tile<Neon, 6, 4>("neon");

}  // namespace verger
