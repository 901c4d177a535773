// SPDX-License-Identifier: Apache-2.0
#include "sample/raster.h"

#include <limits>
#include <span>

namespace verger::orchard {

namespace {

// Fruit space to samples: x right, y down, depth towards the camera.
struct View {
  float scale = 1;
  float x = 0;
  float y = 0;

  Vec3 operator()(Vec3 point) const {
    return {x + point.x * scale, y - point.y * scale, point.z * scale};
  }
};

View fit(const std::vector<Part>& parts, float share) {
  constexpr float kFar = std::numeric_limits<float>::max();
  Vec3 low{kFar, kFar, 0};
  Vec3 high{-kFar, -kFar, 0};
  for (const Part& part : parts) {
    for (const Vec3 point : part.surface.points) {
      low = {std::min(low.x, point.x), std::min(low.y, point.y), 0};
      high = {std::max(high.x, point.x), std::max(high.y, point.y), 0};
    }
  }
  const float size = std::max(high.x - low.x, high.y - low.y);
  const float scale = share * kCanvasSide / size;
  constexpr float kMiddle = 0.5F * kCanvasSide;
  return {scale, kMiddle - scale * 0.5F * (low.x + high.x),
          kMiddle + scale * 0.5F * (low.y + high.y)};
}

struct Corner {
  Vec3 place;  // on the canvas
  Vec3 normal;
  Vec3 skin;
};

struct Span {
  int begin, end;
};
Span covered(float a, float b, float c) {
  const float low = std::min({a, b, c});
  const float high = std::max({a, b, c});
  return {std::max(static_cast<int>(floor_of(low)), 0),
          std::min(static_cast<int>(floor_of(high)) + 1, kCanvasSide)};
}

// Barycentric coordinates at the centres of the samples in the triangle's box.
void draw_triangle(Canvas& canvas, const Corner& a, const Corner& b, const Corner& c, int16_t part,
                   bool two_sided) {
  const float ux = b.place.x - a.place.x, uy = b.place.y - a.place.y;
  const float vx = c.place.x - a.place.x, vy = c.place.y - a.place.y;
  const float area = ux * vy - uy * vx;
  if (std::abs(area) < 1e-6F || (!two_sided && area > 0)) return;
  const float inverse = 1 / area;
  const Span columns = covered(a.place.x, b.place.x, c.place.x);
  const Span rows = covered(a.place.y, b.place.y, c.place.y);
  const float left = static_cast<float>(columns.begin) + 0.5F - a.place.x;
  for (int y = rows.begin; y < rows.end; ++y) {
    const float py = static_cast<float>(y) + 0.5F - a.place.y;
    float s = (left * vy - py * vx) * inverse;
    float t = (ux * py - uy * left) * inverse;
    Sample* row = &canvas.at(0, y);
    for (int x = columns.begin; x < columns.end; ++x, s += vy * inverse, t -= uy * inverse) {
      const float r = 1 - s - t;
      if (s < 0 || t < 0 || r < 0) continue;
      const float depth = r * a.place.z + s * b.place.z + t * c.place.z;
      Sample& sample = row[x];
      if (depth <= sample.depth) continue;
      sample.depth = depth;
      sample.normal = a.normal * r + b.normal * s + c.normal * t;
      sample.skin = a.skin * r + b.skin * s + c.skin * t;
      sample.part = part;
    }
  }
}

void draw_surface(Canvas& canvas, const Surface& surface, const View& view, int16_t part) {
  std::vector<Corner> corners(surface.points.size());
  for (std::size_t i = 0; i < corners.size(); ++i) {
    corners[i] = {view(surface.points[i]), surface.normals[i], surface.skin[i]};
  }
  const int columns = surface.closed ? surface.columns : surface.columns - 1;
  for (int row = 0; row + 1 < surface.rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const int next = (column + 1) % surface.columns;
      const Corner& a = corners[surface.index(row, column)];
      const Corner& b = corners[surface.index(row, next)];
      const Corner& c = corners[surface.index(row + 1, column)];
      const Corner& d = corners[surface.index(row + 1, next)];
      draw_triangle(canvas, a, b, c, part, surface.two_sided);
      draw_triangle(canvas, b, d, c, part, surface.two_sided);
    }
  }
}

}  // namespace

Canvas draw(const std::vector<Part>& parts, float share) {
  Canvas canvas;
  const View view = fit(parts, share);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    draw_surface(canvas, parts[i].surface, view, static_cast<int16_t>(i));
  }
  return canvas;
}

}  // namespace verger::orchard
