// SPDX-License-Identifier: Apache-2.0
#include "sample/light.h"

namespace verger::orchard {

namespace {

constexpr std::size_t kPixels = std::size_t{kPictureSide} * kPictureSide;
constexpr Vec3 kCamera = {0, 0, 1};

using Plane = std::vector<float>;  // one value a pixel

std::size_t pixel(int x, int y) {
  return static_cast<std::size_t>(y) * kPictureSide + static_cast<std::size_t>(x);
}

constexpr int kWidestBlur = 4;

// A running mean of 2·radius + 1 pixels along one axis, black beyond the edges; `step` is the
// distance of neighbours.
void blur_line(float* line, std::size_t step, int radius) {
  // Wide enough that no pixel of a window needs a check.
  std::array<float, kPictureSide + 2 * kWidestBlur + 1> padded{};
  float* source = &padded[kWidestBlur + 1];
  for (std::size_t i = 0; i < kPictureSide; ++i) source[i] = line[i * step];
  const float weight = 1 / static_cast<float>(2 * radius + 1);
  float sum = 0;
  for (int i = 0; i < radius; ++i) sum += source[i];
  for (int i = 0; i < kPictureSide; ++i) {
    sum += source[i + radius] - source[i - radius - 1];
    line[static_cast<std::size_t>(i) * step] = sum * weight;
  }
}

// Two passes of a box filter make a tent, soft enough here.
void blur(Plane& plane, int radius) {
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < kPictureSide; ++i) {
      blur_line(&plane[pixel(0, i)], 1, radius);
      blur_line(&plane[pixel(i, 0)], kPictureSide, radius);
    }
  }
}

// How much of each pixel the fruit covers, and its mean depth there.
struct Layers {
  Plane cover = Plane(kPixels);
  Plane depth = Plane(kPixels);
};

Layers measure(const Canvas& canvas) {
  Layers layers;
  for (int y = 0; y < kCanvasSide; ++y) {
    for (int x = 0; x < kCanvasSide; ++x) {
      const Sample& sample = canvas.at(x, y);
      if (sample.part < 0) continue;
      const std::size_t i = pixel(x / kSamples, y / kSamples);
      constexpr float kWeight = 1.0F / (kSamples * kSamples);
      layers.cover[i] += kWeight;
      layers.depth[i] += kWeight * sample.depth;
    }
  }
  return layers;
}

// Depth darkening (Luft, Colditz and Deussen 2006): what lies behind its surroundings gets less
// of the sky.
Plane occlusion(const Layers& layers) {
  Plane cover = layers.cover;
  Plane depth = layers.depth;
  blur(cover, kWidestBlur);
  blur(depth, kWidestBlur);
  Plane open(kPixels, 1);
  for (std::size_t i = 0; i < kPixels; ++i) {
    if (layers.cover[i] <= 0) continue;
    const float here = layers.depth[i] / layers.cover[i];
    const float around = depth[i] / std::max(cover[i], 1e-3F);
    open[i] = 1 - 0.6F * clamp01((around - here) / 26);
  }
  return open;
}

// The fruit's shadow on the table: its outline, sunk, moved from the lamp, blurred.
Plane shadow(const Layers& layers, const Light& light) {
  int bottom = 0;
  for (int y = 0; y < kPictureSide; ++y) {
    for (int x = 0; x < kPictureSide; ++x) {
      if (layers.cover[pixel(x, y)] > 0.5F) bottom = y;
    }
  }
  constexpr float kFlat = 5;  // how much the table foreshortens it
  Plane plane(kPixels);
  for (int y = 0; y < kPictureSide; ++y) {
    const int from = bottom - static_cast<int>(kFlat * static_cast<float>(bottom - y - 1) + 8);
    if (from < 0 || from > bottom) continue;
    const float slide = light.key.x * static_cast<float>(bottom - from) * 0.25F;
    for (int x = 0; x < kPictureSide; ++x) {
      const int source = x + static_cast<int>(slide);
      if (source >= 0 && source < kPictureSide)
        plane[pixel(x, y)] = layers.cover[pixel(source, from)];
    }
  }
  blur(plane, 3);
  return plane;
}

// A soft box seen in the mirror of the skin: 1 inside, fading over its edge.
float soft_box(Vec3 mirrored, const Light& light) {
  const Vec3 right = unit(cross(Vec3{0, 1, 0}, light.key));
  const Vec3 up = cross(light.key, right);
  if (dot(mirrored, light.key) <= 0) return 0;
  const float x = std::abs(dot(mirrored, right));
  const float y = std::abs(dot(mirrored, up));
  return (1 - smooth_step(0.12F, 0.3F, x)) * (1 - smooth_step(0.16F, 0.36F, y));
}

struct Surroundings {
  float open;  // to the sky
  float gloss;
};

Vec3 lit(const Paint::Coat& coat, Vec3 normal, const Light& light, const Surroundings& here) {
  const float facing = dot(normal, light.key);
  const float wrapped = clamp01((facing + 0.3F) / 1.3F);
  const float key = wrapped * wrapped;
  const float sky = 0.5F + 0.5F * normal.y;
  const float table = 0.5F - 0.5F * normal.y;
  const Vec3 ambient = Vec3{0.3F, 0.32F, 0.35F} * sky + Vec3{0.26F, 0.25F, 0.24F} * table;
  // Light that has been inside the flesh comes out more saturated, where the skin turns away.
  const Vec3 deep = coat.colour * mix(Vec3{0.8F, 0.8F, 0.8F}, coat.colour, 0.35F);
  const Vec3 albedo = mix(deep, coat.colour, 0.35F + 0.65F * key);
  Vec3 colour =
      albedo * (light.colour * (1.05F * key * (0.5F + 0.5F * here.open)) + ambient * here.open);
  const float front = clamp01(normal.z);
  const Vec3 mirrored = normal * (2 * front) - kCamera;
  const float grazing = (1 - front) * (1 - front) * (1 - front);
  const float gloss = here.gloss * (1 - 0.7F * coat.bloom) * here.open;
  const float half = clamp01(dot(unit(light.key + kCamera), normal));
  const float half4 = half * half * half * half;
  const float broad = half4 * half4 * half4;
  colour += light.colour * (gloss * (0.62F * gloss * soft_box(mirrored, light) + 0.1F * broad));
  return colour + Vec3{0.5F, 0.52F, 0.55F} * (grazing * (0.06F + 0.22F * gloss));
}

// A shoulder for the highlights: straight up to 0.7, never past 1.
float shoulder(float light) {
  return light < 0.7F ? light : 0.7F + 0.3F * (light - 0.7F) / (light - 0.4F);
}

// The inverse of to_linear().
uint8_t to_byte(float linear) {
  return static_cast<uint8_t>(255 * std::sqrt(clamp01(linear)) + 0.5F);
}

// Everything that one picture's light depends on.
class Studio {
 public:
  Studio(const Canvas& canvas, const std::vector<Part>& parts, const Ripeness& ripeness,
         const Light& light)
      : canvas_(canvas), parts_(parts), light_(light) {
    const Layers layers = measure(canvas);
    open_ = occlusion(layers);
    shadow_ = shadow(layers, light);
    paints_.reserve(parts.size());
    for (const Part& part : parts) paints_.emplace_back(part, ripeness);
  }

  Vec3 colour(int x, int y) const {
    std::array<Sample, kSamples * kSamples> samples;
    for (int i = 0; i < kSamples * kSamples; ++i) {
      samples[static_cast<std::size_t>(i)] =
          canvas_.at(x * kSamples + i % kSamples, y * kSamples + i / kSamples);
    }
    const bool inside = std::ranges::all_of(
        samples, [&](const Sample& sample) { return sample.part == samples[0].part; });
    constexpr float kWeight = 1.0F / (kSamples * kSamples);
    if (inside) {
      // Away from edges one sample in the middle is as good as all.
      Sample middle{.part = samples[0].part};
      for (const Sample& sample : samples) {
        middle.normal += sample.normal * kWeight;
        middle.skin += sample.skin * kWeight;
      }
      return seen(middle, pixel(x, y));
    }
    Vec3 sum;
    for (const Sample& sample : samples) sum += seen(sample, pixel(x, y)) * kWeight;
    return sum;
  }

 private:
  Vec3 seen(const Sample& sample, std::size_t i) const {
    if (sample.part < 0) return Vec3{1, 1, 1} * (1 - 0.3F * shadow_[i]);
    const auto part = static_cast<std::size_t>(sample.part);
    const Paint::Coat coat = paints_[part].at(sample.skin);
    Vec3 normal = unit(sample.normal + coat.relief);
    if (normal.z < 0 && parts_[part].surface.two_sided) normal = normal * -1;
    const Vec3 colour =
        lit(coat, normal, light_, {open_[i], parts_[part].skin.gloss}) * light_.exposure;
    return {shoulder(colour.x), shoulder(colour.y), shoulder(colour.z)};
  }

  const Canvas& canvas_;
  const std::vector<Part>& parts_;
  const Light& light_;
  Plane open_, shadow_;
  std::vector<Paint> paints_;
};

}  // namespace

RgbImage develop(const Canvas& canvas, const std::vector<Part>& parts, const Ripeness& ripeness,
                 const Light& light) {
  const Studio studio(canvas, parts, ripeness, light);
  RgbImage image{kPictureSide, kPictureSide, std::vector<uint8_t>(kPixels * 3)};
  for (int y = 0; y < kPictureSide; ++y) {
    for (int x = 0; x < kPictureSide; ++x) {
      const Vec3 colour = studio.colour(x, y);
      uint8_t* bytes = &image.pixels[3 * pixel(x, y)];
      bytes[0] = to_byte(colour.x);
      bytes[1] = to_byte(colour.y);
      bytes[2] = to_byte(colour.z);
    }
  }
  return image;
}

}  // namespace verger::orchard
