// SPDX-License-Identifier: Apache-2.0
// Every instruction set's kernels against plain loops: the same bits for the same chain of sums.
#include "model/fused/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/fused/kernels_fixture.h"
#include "model/fused/network.h"
#include "model/fused/rate.h"

namespace verger::fused {
namespace {

using Values = std::vector<float>;

// They have every size that a float has, but NaN and infinity: denormal, huge, zero of either sign.
Values random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Values values(count);
  for (float& value : values) {
    value = normal(random);
    if (random() % 16 != 0) continue;
    do {
      value = std::bit_cast<float>(static_cast<uint32_t>(random()));
    } while (!std::isfinite(value));
  }
  return values;
}

float clamp(float x) {
  const float above = 0.0F > x ? 0.0F : x;
  return 6.0F < above ? 6.0F : above;
}

// Every NaN is alike: which one comes out depends on the processor.
void expect_same_bits(const Values& actual, const Values& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i])) {
      ASSERT_TRUE(std::isnan(actual[i])) << i;
    } else {
      ASSERT_EQ(std::bit_cast<uint32_t>(actual[i]), std::bit_cast<uint32_t>(expected[i])) << i;
    }
  }
}

std::size_t index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

// The definition of Pointwise, word for word.
void pointwise_loops(const Pointwise& job, int pixel, int panel_groups) {
  const int inputs = (job.runs - 1) * job.run_length + job.last_length;
  for (int c = 0; c < job.groups * kGroup; ++c) {
    const int panel = c / (panel_groups * kGroup) * panel_groups;
    const int width = std::min(panel_groups, job.groups - panel) * kGroup;
    const float* weights = job.weights + panel * kGroup * inputs + (c - panel * kGroup);
    for (int p = 0; p < job.places; ++p) {
      float sum = job.bias[c];
      for (int i = 0; i < inputs; ++i) {
        const float* in = job.in + i / job.run_length * job.in_stride + p * pixel;
        sum = std::fma(in[i % job.run_length], weights[i * width], sum);
      }
      if (job.relu6) sum = clamp(sum);
      const int offset = p * kGroup + c % kGroup;
      if (job.residual != nullptr) sum += job.residual[c / kGroup * job.residual_stride + offset];
      job.out[c / kGroup * job.out_stride + offset] = sum;
    }
  }
}

void depthwise_loops(const Depthwise& job) {
  const int in_width = job.width * job.stride;
  for (int c = 0; c < job.groups * kGroup; ++c) {
    for (int x = 0; x < job.width; ++x) {
      float sum = job.bias[c];
      for (int tap = job.first * 3; tap < (job.first + job.count) * 3; ++tap) {
        const int column = x * job.stride + tap % 3 - (job.stride == 1 ? 1 : 0);
        if (column < 0 || column >= in_width) continue;
        const float* row = job.rows[tap / 3 - job.first] + c / kGroup * job.in_stride;
        const float weight = job.weights[(c / kGroup * 9 + tap) * kGroup + c % kGroup];
        sum = std::fma(row[column * kGroup + c % kGroup], weight, sum);
      }
      job.out[c / kGroup * job.out_stride + x * kGroup + c % kGroup] = clamp(sum);
    }
  }
}

class KernelsTest : public ::testing::TestWithParam<const Kernels*> {};

// Makes zeros of all that belongs to the shape's missing outputs.
void leave_out(const DenseShape& shape, std::ptrdiff_t stride, int panel_groups, Values& weights,
               Values& bias, Values& residual) {
  const int last = shape.groups - 1;
  const int panel = last / panel_groups * panel_groups;
  const int width = std::min(panel_groups, shape.groups - panel) * kGroup;
  for (int c = shape.groups * kGroup - shape.missing; c < shape.groups * kGroup; ++c) {
    bias[index(1 + c)] = 0;
    for (int i = 0; i < shape.channels; ++i) {
      weights[index(1 + panel * kGroup * shape.channels + i * width + c - panel * kGroup)] = 0;
    }
    for (int p = 0; p < shape.places; ++p) {
      residual[index(1 + last * stride + p * kGroup + c % kGroup)] = 0;
    }
  }
}

// With memory that starts one float after a cache line's begin, and strides wider than need be.
void check_dense(const DenseShape& shape, int pixel, int panel_groups,
                 void (*kernel)(const Pointwise&)) {
  const int run = pixel == kGroup ? kGroup : 9;
  const int runs = (shape.channels + run - 1) / run;
  const std::ptrdiff_t stride = shape.places * kGroup + 48;
  const Values in = random_values(index(1 + runs * stride), 1);
  Values weights = random_values(index(1 + shape.channels * shape.groups * kGroup), 2);
  Values bias = random_values(index(1 + shape.groups * kGroup), 3);
  Values residual = random_values(index(1 + shape.groups * stride), 4);
  leave_out(shape, stride, panel_groups, weights, bias, residual);
  Values actual(residual.size(), 7.0F);
  Values expected = actual;
  Pointwise job{.in = in.data() + 1,
                .in_stride = stride,
                .runs = runs,
                .run_length = run,
                .last_length = shape.channels - (runs - 1) * run,
                .weights = weights.data() + 1,
                .group_weights = shape.channels * kGroup,
                .bias = bias.data() + 1,
                .out = actual.data() + 1,
                .out_stride = stride,
                .groups = shape.groups,
                .outputs = shape.groups * kGroup - shape.missing,
                .places = shape.places,
                .relu6 = shape.relu6,
                .residual = shape.residual ? residual.data() + 1 : nullptr,
                .residual_stride = stride};
  kernel(job);
  job.out = expected.data() + 1;
  pointwise_loops(job, pixel, panel_groups);
  expect_same_bits(actual, expected);
}

TEST_P(KernelsTest, PointwiseIsOneChainAnOutput) {
  for (const DenseShape& shape :
       {DenseShape{16, 1, 7, false, false}, DenseShape{24, 9, 14, true, false},
        DenseShape{5, 2, 49, false, true}, DenseShape{160, 3, 21, true, true},
        DenseShape{33, 4, 112, false, true}, DenseShape{24, 2, 56, true, true, 8},
        DenseShape{40, 1, 7, false, false, 11}, DenseShape{7, 3, 35, false, true, 3}}) {
    check_dense(shape, kGroup, GetParam()->layout.panel_groups, GetParam()->pointwise);
  }
}

TEST_P(KernelsTest, StemIsOneChainAnOutput) {
  const int panel_groups = GetParam()->layout.panel_groups;
  check_dense({27, 2, 98, true, false}, 6, panel_groups, GetParam()->stem);
  check_dense({18, 1, 14, false, false}, 6, panel_groups, GetParam()->stem);
}

TEST_P(KernelsTest, DepthwiseIsOneChainAnOutput) {
  for (const int stride : {1, 2}) {
    for (const int width : {7, 14, 21, 56}) {
      for (int first = 0; first < 2; ++first) {
        for (int count = 1; first + count <= 3; ++count) {
          constexpr int kGroups = 3;
          const std::ptrdiff_t in_stride = width * stride * kGroup + 16;
          const Values in = random_values(index(3 * kGroups * in_stride), 5);
          const Values weights = random_values(1 + kGroups * 9 * kGroup, 6);
          const Values bias = random_values(1 + kGroups * kGroup, 7);
          const std::ptrdiff_t out_stride = width * kGroup + 32;
          Values actual(index(1 + kGroups * out_stride), 7.0F);
          Values expected = actual;
          const float* row = in.data();
          Depthwise job{.rows = {row, row + kGroups * in_stride, row + 2 * kGroups * in_stride},
                        .first = first,
                        .count = count,
                        .in_stride = in_stride,
                        .stride = stride,
                        .weights = weights.data() + 1,
                        .bias = bias.data() + 1,
                        .out = actual.data() + 1,
                        .out_stride = out_stride,
                        .groups = kGroups,
                        .width = width};
          GetParam()->depthwise(job);
          job.out = expected.data() + 1;
          depthwise_loops(job);
          expect_same_bits(actual, expected);
        }
      }
    }
  }
}

TEST_P(KernelsTest, MeanAddsInOrder) {
  const Values in = random_values(1 + 2 * 49 * kGroup, 8);
  Values actual(1 + 2 * kGroup);
  Values expected(actual.size());
  GetParam()->mean(in.data() + 1, 49 * kGroup, 2, 49, actual.data() + 1);
  for (std::size_t c = 0; c < 2 * kGroup; ++c) {
    float sum = 0;
    for (std::size_t p = 0; p < 49; ++p) sum += in[1 + (c / kGroup * 49 + p) * kGroup + c % kGroup];
    expected[1 + c] = sum / 49;
  }
  expect_same_bits(actual, expected);
}

INSTANTIATE_TEST_SUITE_P(EverySet, KernelsTest,
                         ::testing::ValuesIn(supported_kernels().begin(),
                                             supported_kernels().end()),
                         name_of_set);

TEST(DenseRate, IsOfThisProcessor) {
  for (const Kernels* kernels : supported_kernels()) {
    const double rate = dense_rate(*kernels);
    EXPECT_GT(rate, 0.01) << kernels->name;
    EXPECT_LT(rate, 10'000) << kernels->name;
  }
  if (supported_kernels().size() < 2) return;
  EXPECT_GT(dense_rate(*supported_kernels().front()), dense_rate(kPortableKernels));
}

TEST(SupportedKernels, EndWithThePortableOnes) {
  ASSERT_FALSE(supported_kernels().empty());
  EXPECT_EQ(supported_kernels().back(), &kPortableKernels);
}

}  // namespace
}  // namespace verger::fused
