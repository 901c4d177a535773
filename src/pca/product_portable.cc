// SPDX-License-Identifier: Apache-2.0
#include "pca/product_tile.h"

namespace verger {

namespace {

struct Scalar {
  using Vector = double;
  static constexpr std::size_t kLanes = 1;
  static Vector load(const double* from) { return *from; }
  static Vector broadcast(double value) { return value; }
  static Vector fused(Vector a, Vector b, Vector c) { return __builtin_fma(a, b, c); }
  static void store(double* to, Vector value) { *to = value; }
};

}  // namespace

// A processor without fused multiply-add makes this a call into libm: right, and very slow.
constexpr ProductTile kPortableTile = product_tile<Scalar, 4, 2>("portable");

}  // namespace verger
