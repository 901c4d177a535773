// SPDX-License-Identifier: Apache-2.0
// Symmetric matrices for the tests of this folder, and their eigensystems.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <utility>

#include "pca/eigen.h"

namespace verger {

inline AlignedBuffer random_symmetric(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  AlignedBuffer matrix(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      matrix.data()[i * size + j] = matrix.data()[j * size + i] = normal(random);
    }
  }
  return matrix;
}

inline Eigensystem solve(AlignedBuffer matrix, std::size_t size) {
  auto result = symmetric_eigensystem(std::move(matrix), size);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return std::move(result).value();
}

}  // namespace verger
