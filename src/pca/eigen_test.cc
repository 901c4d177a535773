// SPDX-License-Identifier: Apache-2.0
#include "pca/eigen.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.h"
#include "pca/test_matrices.h"

namespace verger {
namespace {

std::string hash_of(const Eigensystem& eigen) {
  const std::size_t size = eigen.values.size();
  std::vector<uint8_t> bytes((size + 1) * size * sizeof(double));
  std::memcpy(bytes.data(), eigen.values.data(), size * sizeof(double));
  std::memcpy(bytes.data() + size * sizeof(double), eigen.vector(size - 1),
              size * size * sizeof(double));
  return sha256_hex(bytes);
}

TEST(EigenTest, OfTwoByTwoByHand) {
  AlignedBuffer matrix(4);
  const double values[] = {2, 1, 1, 2};
  std::copy_n(values, 4, matrix.data());
  const Eigensystem eigen = solve(std::move(matrix), 2);
  EXPECT_NEAR(eigen.values[0], 3, 1e-15);
  EXPECT_NEAR(eigen.values[1], 1, 1e-15);
  EXPECT_NEAR(std::abs(eigen.vector(0)[0]), std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(eigen.vector(0)[0], eigen.vector(0)[1], 1e-15);
  EXPECT_NEAR(eigen.vector(1)[0], -eigen.vector(1)[1], 1e-15);
}

TEST(EigenTest, PairsSatisfyTheEquationAndAreOrthonormal) {
  for (const std::size_t size : {1UL, 2UL, 7UL, 64UL, 150UL}) {
    const AlignedBuffer matrix = random_symmetric(size, 1);
    const Eigensystem eigen = solve(random_symmetric(size, 1), size);
    EXPECT_TRUE(std::ranges::is_sorted(eigen.values, std::greater<>()));
    for (std::size_t p = 0; p < size; ++p) {
      const double* vector = eigen.vector(p);
      for (std::size_t i = 0; i < size; ++i) {
        double product = 0;
        double dot = 0;
        for (std::size_t j = 0; j < size; ++j) {
          product += matrix.data()[i * size + j] * vector[j];
          dot += eigen.vector(i)[j] * vector[j];
        }
        EXPECT_NEAR(product, eigen.values[p] * vector[i], 1e-12);
        EXPECT_NEAR(dot, i == p ? 1 : 0, 1e-13);
      }
    }
  }
}

TEST(EigenTest, WrongVectorsAreRefused) {
  set_eigen_hook([](Eigensystem& eigen) { eigen.vectors.data()[0] += 1e-6; });
  const auto spoilt = symmetric_eigensystem(random_symmetric(64, 1), 64);
  set_eigen_hook(nullptr);
  ASSERT_FALSE(spoilt.ok());
  EXPECT_EQ(spoilt.error().code(), StatusCode::kCheckFailed);
  EXPECT_THAT(spoilt.error().message(), testing::HasSubstr("OPENBLAS_CORETYPE="));
}

TEST(EigenTest, ConcurrentCallsHaveTheSameBits) {
  constexpr std::size_t kSize = 200;
  const std::string expected = hash_of(solve(random_symmetric(kSize, 2), kSize));
  std::vector<std::string> hashes(4);
  std::vector<std::thread> threads;
  for (std::string& hash : hashes) {
    threads.emplace_back([&hash] { hash = hash_of(solve(random_symmetric(kSize, 2), kSize)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(hashes, testing::Each(expected));
}

// Each death test starts this program anew, so that OpenBLAS reads the environment again.
TEST(EigenDeathTest, TheEnvironmentDoesNotChangeTheBits) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr std::size_t kSize = 400;  // large enough for OpenBLAS to use threads
  const std::string expected = hash_of(solve(random_symmetric(kSize, 3), kSize));
  for (const char* variable : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}) {
    for (const char* threads : {"1", "2", "7"}) {
      ASSERT_EQ(setenv(variable, threads, 1), 0);
      EXPECT_EXIT(
          {
            std::fprintf(stderr, "%s", hash_of(solve(random_symmetric(kSize, 3), kSize)).c_str());
            std::_Exit(0);
          },
          testing::ExitedWithCode(0), expected)
          << variable << "=" << threads;
      unsetenv(variable);
    }
  }
}

}  // namespace
}  // namespace verger
