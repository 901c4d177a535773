// SPDX-License-Identifier: Apache-2.0
#include "pca/eigen_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "pca/test_matrices.h"

namespace verger {
namespace {

constexpr std::size_t kMatrixSize = 100;
constexpr std::size_t kHalf =
    kMatrixSize / 2 * kMatrixSize;  // where a vector in the middle of all begins

// Whether what `spoil` makes of a right eigensystem passes.
template <class Spoil>
bool passes(Spoil spoil) {
  const AlignedBuffer matrix = random_symmetric(kMatrixSize, 1);
  Eigensystem eigen = solve(random_symmetric(kMatrixSize, 1), kMatrixSize);
  spoil(eigen);
  return EigenCheck(matrix, kMatrixSize).holds(eigen);
}

// matrix = scale · d dᵀ ⊙ random, d spread over `decades`.
AlignedBuffer graded(std::size_t size, double scale, double decades) {
  AlignedBuffer matrix = random_symmetric(size, 2);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const auto steps = static_cast<double>(i / size + i % size) / static_cast<double>(2 * size);
    matrix.data()[i] *= scale * std::pow(10, -decades * steps);
  }
  return matrix;
}

bool passes_solved(std::size_t size, double scale, double decades) {
  const EigenCheck check(graded(size, scale, decades), size);
  return check.holds(solve(graded(size, scale, decades), size));
}

TEST(EigenCheckTest, PassesWhatIsRight) {
  for (const std::size_t size : {1UL, 2UL, 7UL, 64UL, 300UL}) {
    EXPECT_TRUE(passes_solved(size, 1, 0)) << size;
    EXPECT_TRUE(passes_solved(size, 1, 30)) << size;
    EXPECT_TRUE(passes_solved(size, 1e100, 5)) << size;
    EXPECT_TRUE(passes_solved(size, 1e-100, 5)) << size;
    EXPECT_TRUE(passes_solved(size, 0, 0)) << size;
  }
}

TEST(EigenCheckTest, PassesAVectorOfTheOtherSign) {
  EXPECT_TRUE(passes([](Eigensystem& eigen) {
    double* vector = eigen.vectors.data() + kHalf;
    std::transform(vector, vector + kMatrixSize, vector, [](double x) { return -x; });
  }));
}

TEST(EigenCheckTest, FindsOneWrongNumber) {
  for (const double error : {1.0, 1e-3, 1e-6, 1e-9, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(passes([error](Eigensystem& eigen) { eigen.vectors.data()[kHalf] += error; }));
    // It is measured against the norm of the whole matrix, some 80.
    EXPECT_FALSE(passes([error](Eigensystem& eigen) { eigen.values[0] += 10 * error; }));
  }
}

TEST(EigenCheckTest, FindsAVectorOfAnotherLength) {
  EXPECT_FALSE(passes([](Eigensystem& eigen) {
    double* vector = eigen.vectors.data() + kHalf;
    std::transform(vector, vector + kMatrixSize, vector, [](double x) { return x * (1 + 1e-9); });
  }));
}

TEST(EigenCheckTest, FindsTwoVectorsInEachOthersPlace) {
  EXPECT_FALSE(passes([](Eigensystem& eigen) {
    double* vectors = eigen.vectors.data();
    std::swap_ranges(vectors, vectors + kMatrixSize, vectors + kHalf);
  }));
}

TEST(EigenCheckTest, FindsOneVectorTwice) {
  EXPECT_FALSE(passes([](Eigensystem& eigen) {
    double* vectors = eigen.vectors.data();
    std::copy_n(vectors, kMatrixSize, vectors + kHalf);
  }));
}

// The vectors of eigenvalue 0 leave no trace in A: they must be orthogonal all the same.
TEST(EigenCheckTest, FindsOneNullVectorTwice) {
  const AlignedBuffer zero(kMatrixSize * kMatrixSize);
  Eigensystem eigen = solve(AlignedBuffer(kMatrixSize * kMatrixSize), kMatrixSize);
  std::copy_n(eigen.vectors.data(), kMatrixSize, eigen.vectors.data() + kHalf);
  EXPECT_FALSE(EigenCheck(zero, kMatrixSize).holds(eigen));
}

TEST(EigenCheckTest, FindsPairsOutOfOrder) {
  EXPECT_FALSE(passes([](Eigensystem& eigen) {
    double* vectors = eigen.vectors.data();
    std::swap_ranges(vectors, vectors + kMatrixSize, vectors + kMatrixSize);
    std::swap(eigen.values[kMatrixSize - 1], eigen.values[kMatrixSize - 2]);
  }));
}

}  // namespace
}  // namespace verger
