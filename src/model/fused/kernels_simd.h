// SPDX-License-Identifier: Apache-2.0
// What the kernels are written on: any vector.
#pragma once

#include "model/fused/kernels.h"

namespace verger::fused {

// Simd: Vector, kLanes, load(), broadcast(), fused(a, b, c) = a · b + c, add(), divide(), store(),
// keep(), and larger(a, b) = a > b ? a : b, smaller(a, b) = a < b ? a : b, which give b when one is
// NaN: so NaN passes through ReLU6, and is seen at the end. keep(a) has the compiler hold `a` in a
// register, where it would rather load it anew for each product: loads, not products, are then what
// a core runs out of. Keep a Simd in an unnamed namespace, so that these functions too are the
// file's own.
//
// kMaxPlaces · kTileGroups · 16 sums, and what meets them, must fit into the registers.
// What pointwise() reads lies as kLayout says. store_words() writes kLanes values of a place, a
// whole group in bfloat16; multiply_add(a, b, c) is fused() of one word in float32, of two products
// in bfloat16.
template <class Simd>
struct Float32 : Simd {
  static constexpr Layout kLayout = Simd::kTileGroups == 1 ? kNarrowFloats : kFloats;
  static typename Simd::Vector multiply_add(typename Simd::Vector a, typename Simd::Vector b,
                                            typename Simd::Vector c) {
    return Simd::fused(a, b, c);
  }
  static void store_words(float* to, typename Simd::Vector value) { Simd::store(to, value); }
};

template <class Simd>
inline constexpr int kPerGroup = kGroup / Simd::kLanes;

// Registers by number. (As a type of its own since the length of an array is unsigned.)
template <class Simd, int kRows, int kColumns>
using Sums = typename Simd::Vector[static_cast<unsigned>(kRows)][static_cast<unsigned>(kColumns)];
template <class Simd, int kCount>
using Vectors = typename Simd::Vector[static_cast<unsigned>(kCount)];

template <class Simd>
typename Simd::Vector relu6(typename Simd::Vector value) {
  return Simd::smaller(Simd::broadcast(6.0F), Simd::larger(Simd::broadcast(0.0F), value));
}

}  // namespace verger::fused
