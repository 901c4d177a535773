// SPDX-License-Identifier: Apache-2.0
#include "search/picture.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace verger {

namespace {

constexpr int kLargestSide = 256;
constexpr double kShapeTolerance = 0.03;  // relative, of width to height: small sizes are rounded
constexpr double kSumRounding = 1e-12;    // what summing products may round
constexpr double kFlat = 1e-3;  // grey levels²: a band below it holds nothing but rounding

struct Plane {
  int width = 0;
  int height = 0;
  std::vector<float> values;  // row-major
};

float luma(const uint8_t* rgb) {
  return 0.299F * static_cast<float>(rgb[0]) + 0.587F * static_cast<float>(rgb[1]) +
         0.114F * static_cast<float>(rgb[2]);
}

Plane luma_plane(const RgbImage& image, int width, int height) {
  const bool same = image.width == width && image.height == height;
  const RgbImage resized = same ? RgbImage{} : resize_bicubic(image, width, height);
  const std::vector<uint8_t>& pixels = same ? image.pixels : resized.pixels;
  Plane plane{.width = width, .height = height, .values = std::vector<float>(pixels.size() / 3)};
  for (std::size_t i = 0; i < plane.values.size(); ++i) plane.values[i] = luma(&pixels[3 * i]);
  return plane;
}

// The weights of a Gaussian up to 4 σ, which add up to 1; element 0 is the middle one.
std::vector<float> gaussian(int sigma) {
  std::vector<float> weights;
  double sum = 0;
  for (int x = 0; x <= 4 * sigma; ++x) {
    const double weight = std::exp(-0.5 * x * x / (sigma * sigma));
    weights.push_back(static_cast<float>(weight));
    sum += x == 0 ? weight : 2 * weight;
  }
  for (float& weight : weights) weight = static_cast<float>(static_cast<double>(weight) / sum);
  return weights;
}

// Beyond the edge a line is continued by its mirror image.
std::size_t mirrored(int at, int size) {
  const int period = 2 * size;
  const int inside = ((at % period) + period) % period;
  return static_cast<std::size_t>(inside < size ? inside : period - 1 - inside);
}

// Blurs lines of `length` values `step` apart, which begin at `first`.
void blur_line(std::span<const float> weights, const float* from, float* to, int length,
               std::size_t step) {
  for (int at = 0; at < length; ++at) {
    float sum = weights[0] * from[static_cast<std::size_t>(at) * step];
    for (int x = 1; x < static_cast<int>(weights.size()); ++x) {
      sum += weights[static_cast<std::size_t>(x)] *
             (from[mirrored(at - x, length) * step] + from[mirrored(at + x, length) * step]);
    }
    to[static_cast<std::size_t>(at) * step] = sum;
  }
}

Plane blurred(const Plane& plane, int sigma) {
  const std::vector<float> weights = gaussian(sigma);
  const auto width = static_cast<std::size_t>(plane.width);
  const auto height = static_cast<std::size_t>(plane.height);
  Plane rows = plane;
  for (std::size_t y = 0; y < height; ++y) {
    blur_line(weights, &plane.values[y * width], &rows.values[y * width], plane.width, 1);
  }
  Plane both = rows;
  for (std::size_t x = 0; x < width; ++x) {
    blur_line(weights, &rows.values[x], &both.values[x], plane.height, width);
  }
  return both;
}

std::vector<float> difference(const Plane& a, const Plane& b) {
  std::vector<float> values(a.values.size());
  std::ranges::transform(a.values, b.values, values.begin(), std::minus());
  return values;
}

double mean_of(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

// Pearson's correlation; of two flat bands 1.
double correlation(std::span<const float> a, std::span<const float> b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]) - mean_a;
    const double y = static_cast<double>(b[i]) - mean_b;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const double flat = kFlat * static_cast<double>(a.size());
  if (aa <= flat && bb <= flat) return 1;
  return ab / std::sqrt(std::max(aa, flat) * std::max(bb, flat));
}

struct Bands {
  std::vector<float> fine;
  std::vector<float> middle;
};

Bands bands_of(const Plane& plane) {
  const Plane once = blurred(plane, 1);
  return {.fine = difference(plane, once), .middle = difference(once, blurred(plane, 2))};
}

}  // namespace

Thumbnail make_thumbnail(const RgbImage& image) {
  const Plane plane = luma_plane(image, Thumbnail::kSide, Thumbnail::kSide);
  Thumbnail thumbnail{.luma = {}, .width = image.width, .height = image.height};
  std::ranges::transform(plane.values, thumbnail.luma.begin(),
                         [](float value) { return static_cast<uint8_t>(std::lround(value)); });
  return thumbnail;
}

double thumbnail_distance(const Thumbnail& a, const Thumbnail& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.luma.size(); ++i) {
    const int difference = a.luma[i] - b.luma[i];
    sum += difference * difference;
  }
  return std::sqrt(static_cast<double>(sum) / static_cast<double>(a.luma.size()));
}

bool may_be_copies(const Thumbnail& a, const Thumbnail& b) {
  const double shape_a = static_cast<double>(a.width) / a.height;
  const double shape_b = static_cast<double>(b.width) / b.height;
  return std::abs(shape_a / shape_b - 1) <= kShapeTolerance &&
         thumbnail_distance(a, b) <= kThumbnailTolerance;
}

double copy_distance(const RgbImage& a, const RgbImage& b) {
  const RgbImage& smaller = a.width <= b.width ? a : b;
  const int longer = std::max(smaller.width, smaller.height);
  const double scale = std::min(1.0, static_cast<double>(kLargestSide) / longer);
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(side * scale)));
  };
  const int width = scaled(smaller.width);
  const int height = scaled(smaller.height);
  const Bands of_a = bands_of(luma_plane(a, width, height));
  const Bands of_b = bands_of(luma_plane(b, width, height));
  const double middle = 1 - correlation(of_a.middle, of_b.middle);
  if (middle <= 0) return 0;
  const double fine = 1 - correlation(of_a.fine, of_b.fine);
  return std::min(1.0, middle / std::cbrt(std::max(fine * fine, kSumRounding)));
}

}  // namespace verger
