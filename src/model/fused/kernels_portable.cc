// SPDX-License-Identifier: Apache-2.0
#include "model/fused/kernels_impl.h"

namespace verger::fused {

namespace {

struct Portable {
  using Vector = float;
  static constexpr int kLanes = 1;
  static constexpr int kMaxPlaces = 1;
  static constexpr int kTileGroups = 1;
  static Vector load(const float* from) { return *from; }
  static Vector broadcast(float value) { return value; }
  static Vector fused(Vector a, Vector b, Vector c) { return __builtin_fmaf(a, b, c); }
  static Vector add(Vector a, Vector b) { return a + b; }
  static Vector divide(Vector a, Vector b) { return a / b; }
  static Vector larger(Vector a, Vector b) { return a > b ? a : b; }
  static Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
  static void keep(Vector&) {}
  static void store(float* to, Vector value) { *to = value; }
};

}  // namespace

// A processor without fused multiply-add makes this a call into libm: right, and very slow.
constexpr Kernels kPortableKernels = float32_kernels<Portable>("portable");

}  // namespace verger::fused
