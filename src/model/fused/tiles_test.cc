// SPDX-License-Identifier: Apache-2.0
// Each kernel for tiles, on tiles in software and on a processor's own where it has some.
#include "model/fused/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "model/fused/kernels_fixture.h"
#include "model/fused/simulated_tiles.h"

namespace verger::fused {
namespace {

using Values = std::vector<float>;

std::size_t as_index(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

float narrowed(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  return std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
}

float pair_of(float first, float second) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(first) >> 16 |
                              (std::bit_cast<uint32_t>(second) & 0xffff0000));
}

// A value as a word's half has it, and what the other part of a split one adds.
float value_at(const float* words, const Layout& layout, int channel) {
  const auto half = [&](const float* word) {
    const auto bits = std::bit_cast<uint32_t>(*word);
    return std::bit_cast<float>(channel % 2 == 0 ? bits << 16 : bits & 0xffff0000);
  };
  const float* word = words + channel / 2;
  return half(word) + (layout.is_split ? half(word + kTileWords) : 0);
}

// Whole numbers whose sums of products a float holds, so that no order of the sums shows. They fit
// into a bfloat16, or into two.
Values whole_numbers(std::size_t count, bool is_split, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> draw(is_split ? -511 : -15, is_split ? 511 : 15);
  Values values(count);
  for (float& value : values) value = static_cast<float>(draw(random));
  return values;
}

// Vectors of `count` channels, one after another, as words of runs `run_stride` apart.
struct Packing {
  Layout layout;
  int channels;
  std::ptrdiff_t run_stride;
  int word_stride;
};

void pack(const Packing& to, const float* values, float* words) {
  for (int c = 0; c < to.channels; c += 2) {
    const int run = c / 32;
    float* word = words + run * to.run_stride + c % 32 / 2 * to.word_stride;
    *word = pair_of(narrowed(values[c]), narrowed(values[c + 1]));
    if (!to.layout.is_split) continue;
    word[kTileWords * to.word_stride] =
        pair_of(values[c] - narrowed(values[c]), values[c + 1] - narrowed(values[c + 1]));
  }
}

// A job of whole numbers, with memory that starts one float after a cache line's begin and strides
// that are wider than need be.
class DenseJob {
 public:
  DenseJob(const DenseShape& shape, const Layout& layout)
      : shape_(shape),
        layout_(layout),
        runs_((shape.channels + 31) / 32),
        in_stride_(shape.places * layout.words + 48),
        out_stride_(shape.places * kGroup + 48),
        in_(whole_numbers(as_index(shape.places * shape.channels), layout.is_split, 1)),
        weights_(whole_numbers(as_index(outputs() * shape.channels), layout.is_split, 2)),
        bias_(whole_numbers(as_index(1 + outputs()), false, 3)),
        residual_(whole_numbers(as_index(1 + shape.groups * out_stride_), false, 4)) {}

  Values run(const Kernels& kernels) const {
    Values words(as_index(1 + runs_ * in_stride_));
    for (int p = 0; p < shape_.places; ++p) {
      pack({layout_, shape_.channels, in_stride_, 1}, &in_[as_index(p * shape_.channels)],
           &words[as_index(1 + p * layout_.words)]);
    }
    const Values weights = packed_weights();
    Values out(residual_.size(), 7.0F);
    kernels.pointwise({.in = words.data() + 1,
                       .in_stride = in_stride_,
                       .runs = runs_,
                       .run_length = layout_.words,
                       .last_length = layout_.words,
                       .weights = weights.data() + 1,
                       .group_weights = runs_ * layout_.words * kGroup,
                       .bias = bias_.data() + 1,
                       .out = out.data() + 1,
                       .out_stride = out_stride_,
                       .groups = shape_.groups,
                       .outputs = shape_.groups * kGroup,
                       .places = shape_.places,
                       .relu6 = shape_.relu6,
                       .residual = shape_.residual ? residual_.data() + 1 : nullptr,
                       .residual_stride = out_stride_});
    return out;
  }

  Values expected() const {
    Values out(residual_.size(), 7.0F);
    for (int p = 0; p < shape_.places; ++p) {
      for (int o = 0; o < outputs(); ++o) {
        const std::size_t at = as_index(1 + o / kGroup * out_stride_ + p * kGroup + o % kGroup);
        float sum = bias_[as_index(1 + o)] + products(p, o);
        if (shape_.relu6) sum = std::clamp(sum, 0.0F, 6.0F);
        out[at] = sum + (shape_.residual ? residual_[at] : 0);
      }
    }
    return out;
  }

 private:
  int outputs() const { return shape_.groups * kGroup; }

  // All but the products of what rounding left over of both factors.
  float products(int place, int output) const {
    double sum = 0;
    for (int c = 0; c < shape_.channels; ++c) {
      const float a = in_[as_index(place * shape_.channels + c)];
      const float b = weights_[as_index(output * shape_.channels + c)];
      sum += static_cast<double>(a) * b - static_cast<double>(a - narrowed(a)) * (b - narrowed(b));
    }
    return static_cast<float>(sum);
  }

  Values packed_weights() const {
    Values packed(as_index(1 + runs_ * layout_.words * outputs()));
    for (int o = 0; o < outputs(); ++o) {
      const int panel = o / 32 * 32;
      const int width = std::min(32, outputs() - panel);
      pack({layout_, shape_.channels, std::ptrdiff_t{layout_.words} * width, width},
           &weights_[as_index(o * shape_.channels)],
           &packed[as_index(1 + panel * runs_ * layout_.words + o - panel)]);
    }
    return packed;
  }

  DenseShape shape_;
  Layout layout_;
  int runs_;
  std::ptrdiff_t in_stride_;
  std::ptrdiff_t out_stride_;
  Values in_;
  Values weights_;
  Values bias_;
  Values residual_;
};

class TilesTest : public ::testing::TestWithParam<const Kernels*> {
 protected:
  const Kernels& kernels_ = *GetParam();
  const Layout layout_ = GetParam()->layout;
};

TEST_P(TilesTest, PointwiseSumsAllProducts) {
  for (const DenseShape& shape :
       {DenseShape{16, 1, 7, false, false}, DenseShape{24, 3, 14, true, false},
        DenseShape{32, 2, 49, false, true}, DenseShape{64, 3, 21, true, true},
        DenseShape{48, 4, 112, false, true}, DenseShape{32, 5, 28, true, false}}) {
    const DenseJob job(shape, layout_);
    EXPECT_EQ(job.run(kernels_), job.expected()) << shape.channels << "x" << shape.places;
  }
}

constexpr int kGroups = 3;  // an odd number: half of the last run is empty
constexpr int kPlaces = 14;

void expect_words_of(const Values& floats, const Values& words, const Layout& layout) {
  for (int c = 0; c < 64; ++c) {
    for (int p = 0; p < kPlaces; ++p) {
      const float* at = &words[as_index((c / 32 * kPlaces + p) * layout.words)];
      const float actual = value_at(at, layout, c % 32);
      const float exact = c < kGroups * kGroup
                              ? floats[as_index((c / kGroup * kPlaces + p) * kGroup + c % kGroup)]
                              : 0;
      if (layout.is_split) {
        ASSERT_NEAR(actual, exact, std::fabs(exact) / 65536) << c << " " << p;
      } else {
        ASSERT_EQ(actual, narrowed(exact)) << c << " " << p;
      }
    }
  }
}

Values normal_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw;
  Values values(count);
  for (float& value : values) value = draw(random);
  return values;
}

TEST_P(TilesTest, NarrowAndDepthwiseWriteWhatPointwiseReads) {
  const auto kNaN = std::numeric_limits<float>::quiet_NaN();
  const Values in = normal_values(3 * kGroups * kPlaces * kGroup, 5);
  Values words(as_index(2 * kPlaces * layout_.words), kNaN);
  kernels_.narrow({.in = in.data(), .groups = kGroups, .places = kPlaces, .out = words.data()});
  expect_words_of(in, words, layout_);

  const Values weights = normal_values(kGroups * 9 * kGroup, 6);
  const Values bias = normal_values(kGroups * kGroup, 7);
  Values floats(kGroups * kPlaces * kGroup);
  const float* row = in.data();
  constexpr int kRow = kGroups * kPlaces * kGroup;
  Depthwise job{.rows = {row, row + kRow, row + 2 * kRow},
                .first = 0,
                .count = 3,
                .in_stride = kPlaces * kGroup,
                .stride = 1,
                .weights = weights.data(),
                .bias = bias.data(),
                .out = floats.data(),
                .out_stride = kPlaces * kGroup,
                .groups = kGroups,
                .width = kPlaces};
  kPortableKernels.depthwise(job);
  words.assign(words.size(), kNaN);
  job.out = words.data();
  job.out_stride = std::ptrdiff_t{kPlaces} * layout_.words;
  kernels_.depthwise(job);
  expect_words_of(floats, words, layout_);
}

INSTANTIATE_TEST_SUITE_P(EverySet, TilesTest, ::testing::ValuesIn(every_tile_kernels()),
                         name_of_set);

}  // namespace
}  // namespace verger::fused
