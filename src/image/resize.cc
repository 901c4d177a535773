#include "image/resize.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "image/multiversion.h"
#include "verger/image.h"

namespace verger {

namespace {

constexpr double kSupport = 2.0;
constexpr int32_t kHalf = 1 << (ResampleWeights::kPrecisionBits - 1);

// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −1/2. The
// order of the operations is Pillow's: it decides the last bit.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

// Pillow 13 runs the vertical pass first when that leaves much less to the other pass. Since the
// pixels between the passes are bytes, the order shows in the result.
bool is_vertical_first(ImageSize from, ImageSize to) {
  const int64_t fewer_rows = int64_t{from.height} - to.height;
  const int64_t fewer_columns = int64_t{from.width} - to.width;
  return fewer_rows > 0 && fewer_rows > 2 * fewer_columns;
}

std::size_t row_size(int width) { return 3 * static_cast<std::size_t>(width); }
std::size_t rows(int count) { return static_cast<std::size_t>(count); }

double scale_of(int from, int to) {
  return static_cast<double>(static_cast<float>(from)) / to;  // Pillow keeps its box in floats
}

std::size_t taps_of(double filter_scale) {
  return 2 * static_cast<std::size_t>(std::ceil(kSupport * filter_scale)) + 1;
}

using Vector4 = int32_t __attribute__((vector_size(16)));
using Bytes4 = uint8_t __attribute__((vector_size(4)));

[[gnu::always_inline]] inline uint8_t to_byte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> ResampleWeights::kPrecisionBits, 0, 255));
}

// One row of the horizontal pass. Reads one byte past the last pixel.
VERGER_MULTIVERSION
void resample_row(const uint8_t* from, const ResampleWeights& weights, int width, uint8_t* to) {
  for (int x = 0; x < width; ++x, to += 3) {
    const uint8_t* pixel = from + 3 * static_cast<std::ptrdiff_t>(weights.first(x));
    const int32_t* const weight = weights.weights(x);
    const int count = weights.count(x);
    Vector4 sum = {kHalf, kHalf, kHalf, kHalf};
    for (int t = 0; t < count; ++t, pixel += 3) {
      Bytes4 bytes;
      std::memcpy(&bytes, pixel, 4);
      sum += __builtin_convertvector(bytes, Vector4) * weight[t];
    }
    for (int c = 0; c < 3; ++c) to[c] = to_byte(sum[c]);
  }
}

// `size` bytes of one output row of the vertical pass, from rows `stride` bytes apart.
VERGER_MULTIVERSION
void resample_column(const uint8_t* from, std::size_t stride, const int32_t* weights, int count,
                     std::size_t size, uint8_t* to) {
  constexpr std::size_t kBlock = 32;
  std::size_t x = 0;
  for (; x + kBlock <= size; x += kBlock) {
    int32_t sums[kBlock];
    std::fill_n(sums, kBlock, kHalf);
    for (int t = 0; t < count; ++t) {
      const uint8_t* const row = from + stride * static_cast<std::size_t>(t) + x;
      for (std::size_t i = 0; i < kBlock; ++i) sums[i] += row[i] * weights[t];
    }
    for (std::size_t i = 0; i < kBlock; ++i) to[x + i] = to_byte(sums[i]);
  }
  for (; x < size; ++x) {
    int32_t sum = kHalf;
    for (int t = 0; t < count; ++t) {
      sum += from[stride * static_cast<std::size_t>(t) + x] * weights[t];
    }
    to[x] = to_byte(sum);
  }
}

}  // namespace

ResampleWeights::ResampleWeights(int from, int to) : from_(from), to_(to) {
  const double scale = scale_of(from, to);
  const double filter_scale = std::max(scale, 1.0);
  const double support = kSupport * filter_scale;
  const double inverse_scale = 1.0 / filter_scale;
  stride_ = taps_of(filter_scale);
  spans_.resize(static_cast<std::size_t>(to));
  weights_.resize(static_cast<std::size_t>(to) * stride_);
  std::vector<double> exact(stride_);
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int count = std::min(static_cast<int>(centre + support + 0.5), from) - first;
    double sum = 0.0;
    for (int t = 0; t < count; ++t) {
      exact[static_cast<std::size_t>(t)] = cubic((t + first - centre + 0.5) * inverse_scale);
      sum += exact[static_cast<std::size_t>(t)];
    }
    int32_t* const rounded = &weights_[static_cast<std::size_t>(i) * stride_];
    for (int t = 0; t < count; ++t) {
      double weight = exact[static_cast<std::size_t>(t)];
      if (sum != 0.0) weight /= sum;
      rounded[t] = static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kPrecisionBits));
    }
    spans_[static_cast<std::size_t>(i)] = {first, count};
  }
}

bool can_resample(int from, int to) {
  const std::size_t taps = taps_of(std::max(scale_of(from, to), 1.0));
  constexpr std::size_t kMax = std::numeric_limits<int>::max();
  return static_cast<std::size_t>(to) <= kMax / (taps * sizeof(double));
}

void Resizer::resize(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, ImageSize to) {
  assert(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0);
  const bool is_wide = from.width != to.width;
  const bool is_tall = from.height != to.height;
  if (is_wide && !horizontal_.is_for(from.width, to.width)) horizontal_ = {from.width, to.width};
  if (is_tall && !vertical_.is_for(from.height, to.height)) vertical_ = {from.height, to.height};

  if (!is_wide && !is_tall) {
    std::memcpy(to_pixels, pixels, row_size(from.width) * rows(from.height));
  } else if (!is_tall) {
    resize_rows(pixels, from, to_pixels, to.width);
  } else if (!is_wide) {
    for (int y = 0; y < to.height; ++y, to_pixels += row_size(to.width)) {
      resize_columns(pixels, from.width, y, to_pixels);
    }
  } else if (is_vertical_first(from, to)) {
    between_.resize(row_size(from.width) + 1);
    for (int y = 0; y < to.height; ++y, to_pixels += row_size(to.width)) {
      resize_columns(pixels, from.width, y, between_.data());
      resample_row(between_.data(), horizontal_, to.width, to_pixels);
    }
  } else {
    between_.resize(row_size(to.width) * rows(from.height));
    resize_rows(pixels, from, between_.data(), to.width);
    for (int y = 0; y < to.height; ++y, to_pixels += row_size(to.width)) {
      resize_columns(between_.data(), to.width, y, to_pixels);
    }
  }
}

void Resizer::resize_rows(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, int width) {
  const std::size_t size = row_size(from.width);
  for (int y = 0; y < from.height; ++y, pixels += size, to_pixels += row_size(width)) {
    if (y + 1 < from.height) {
      resample_row(pixels, horizontal_, width, to_pixels);
      continue;
    }
    last_row_.assign(pixels, pixels + size);
    last_row_.push_back(0);  // resample_row() reads a byte too far
    resample_row(last_row_.data(), horizontal_, width, to_pixels);
  }
}

void Resizer::resize_columns(const uint8_t* pixels, int width, int y, uint8_t* to) {
  const std::size_t size = row_size(width);
  resample_column(pixels + size * rows(vertical_.first(y)), size, vertical_.weights(y),
                  vertical_.count(y), size, to);
}

RgbImage resize_bicubic(const RgbImage& image, int width, int height) {
  RgbImage resized{width, height, {}};
  resized.pixels.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  Resizer().resize(image.pixels.data(), {image.width, image.height}, resized.pixels.data(),
                   {width, height});
  return resized;
}

}  // namespace verger
