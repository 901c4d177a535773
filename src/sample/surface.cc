// SPDX-License-Identifier: Apache-2.0
#include "sample/surface.h"

namespace verger::orchard {

namespace {

constexpr float kDimpleWidth = 0.62F;
constexpr float kTipWidth = 0.3F;
constexpr float kSutureWidth = 0.09F;  // turns

Surface grid(int rows, int columns, bool closed) {
  Surface surface{.rows = rows, .columns = columns, .closed = closed};
  const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  surface.points.resize(size);
  surface.skin.resize(size);
  surface.normals.resize(size);
  return surface;
}

// Central differences along both directions; a row that shrinks to a point takes the mean of its
// neighbour.
void set_normals(Surface& surface) {
  const auto at = [&](int row, int column) { return surface.points[surface.index(row, column)]; };
  for (int row = 0; row < surface.rows; ++row) {
    const int above = std::max(row - 1, 0);
    const int below = std::min(row + 1, surface.rows - 1);
    for (int column = 0; column < surface.columns; ++column) {
      int left = column - 1;
      int right = column + 1;
      if (surface.closed) {
        left = (left + surface.columns) % surface.columns;
        right %= surface.columns;
      } else {
        left = std::max(left, 0);
        right = std::min(right, surface.columns - 1);
      }
      surface.normals[surface.index(row, column)] =
          unit(cross(at(row, right) - at(row, left), at(below, column) - at(above, column)));
    }
  }
  if (!surface.closed) return;
  for (const int row : {0, surface.rows - 1}) {
    Vec3 sum;
    const int next = row == 0 ? 1 : row - 1;
    for (int column = 0; column < surface.columns; ++column) {
      sum += surface.normals[surface.index(next, column)];
    }
    for (int column = 0; column < surface.columns; ++column) {
      surface.normals[surface.index(row, column)] = unit(sum);
    }
  }
}

// Around the axis: ribs and the suture.
float rib(const Body& body, float azimuth, float sine) {
  float factor = 1;
  if (body.lobes > 0) {
    // Rounded ribs with sharper valleys between them.
    const float wave = 0.5F + 0.5F * turn(azimuth * static_cast<float>(body.lobes)).cos;
    factor += body.lobe_depth * (std::sqrt(0.04F + wave) - 0.72F);
  }
  const float from_suture = std::abs(azimuth - floor_of(azimuth + 0.5F));
  return factor - body.suture * bump(from_suture / kSutureWidth) * sine;
}

// Bends the axis into an arc of half length `height`.
Vec3 bent(Vec3 point, const Body& body) {
  if (body.bend == 0) return point;
  const float radius = body.height / (body.bend * 6.2831853F);
  const Angle angle = turn(point.y / body.height * body.bend);
  return {(radius + point.x) * angle.cos - radius, (radius + point.x) * angle.sin, point.z};
}

}  // namespace

Outline outline(const Body& body, float polar) {
  const Angle angle = turn(polar);
  const float sine = std::max(angle.sin, 0.0F);
  const float cosine = angle.cos;
  float radius = sine * (1 + body.taper * cosine + body.blunt * cosine * cosine);
  radius *= 1 - body.neck * smooth_step(body.neck_from, 1, cosine);
  float height = cosine * body.height;
  const bool top = cosine > 0;
  height -= (top ? body.top_dimple : -body.base_dimple) * bump(sine / kDimpleWidth);
  height += (top ? body.top_tip : -body.base_tip) * bump(sine / kTipWidth);
  return {radius, height};
}

Surface revolve(const Body& body, int rows, int columns) {
  Surface surface = grid(rows, columns, true);
  for (int row = 0; row < rows; ++row) {
    const float polar = 0.5F * static_cast<float>(row) / static_cast<float>(rows - 1);
    const Outline line = outline(body, polar);
    const Angle latitude = turn(polar);
    for (int column = 0; column < columns; ++column) {
      const float azimuth = static_cast<float>(column) / static_cast<float>(columns);
      const Angle around = turn(azimuth);
      const float radius = line.radius * rib(body, azimuth, latitude.sin);
      const std::size_t i = surface.index(row, column);
      surface.skin[i] = {line.radius * around.cos, line.height, line.radius * around.sin};
      surface.points[i] = bent({radius * around.cos, line.height, radius * around.sin}, body);
    }
  }
  set_normals(surface);
  return surface;
}

Surface tube(Vec3 start, Vec3 middle, Vec3 end, float width, float flare) {
  constexpr int kRows = 12;
  constexpr int kColumns = 10;
  Surface surface = grid(kRows, kColumns, true);
  for (int row = 0; row < kRows; ++row) {
    const bool cap = row == kRows - 1;
    const float t = std::min(static_cast<float>(row) / (kRows - 2), 1.0F);
    const Vec3 centre = mix(mix(start, middle, t), mix(middle, end, t), t);
    const Vec3 along = unit(mix(middle - start, end - middle, t));
    const Vec3 side = unit(cross(along, Vec3{0.31F, 0.2F, 0.93F}));
    const Vec3 other = cross(side, along);
    const float radius = cap ? 0 : width * (1 + flare * t * t * t);
    for (int column = 0; column < kColumns; ++column) {
      const Angle around = turn(static_cast<float>(column) / kColumns);
      const std::size_t i = surface.index(row, column);
      surface.points[i] = centre + side * (radius * around.cos) + other * (radius * around.sin);
      surface.skin[i] = {around.cos * 0.2F, t, around.sin * 0.2F};
    }
  }
  surface.two_sided = true;
  set_normals(surface);
  return surface;
}

Surface leaf(const LeafShape& shape) {
  constexpr int kRows = 16;
  constexpr int kColumns = 9;
  Surface surface = grid(kRows, kColumns, false);
  surface.two_sided = true;
  const Angle around = turn(shape.azimuth);
  for (int row = 0; row < kRows; ++row) {
    const float t = static_cast<float>(row) / (kRows - 1);
    const float width = shape.width * 2.6F * std::sqrt(t) * (1 - t) * (1 - 0.25F * t);
    for (int column = 0; column < kColumns; ++column) {
      const float s = 2 * static_cast<float>(column) / (kColumns - 1) - 1;
      const float fold = 0.5F * width * std::sqrt(s * s + 0.02F);
      const Vec3 flat = {t * (1 - 0.25F * shape.rise), shape.rise * t - shape.curl * t * t + fold,
                         s * width};
      const std::size_t i = surface.index(row, column);
      surface.points[i] = shape.root + turn_y(flat * shape.size, around);
      surface.skin[i] = {s, t, 0};
    }
  }
  set_normals(surface);
  return surface;
}

Surface sepal(const Body& body, float azimuth, float reach, float lift) {
  constexpr int kRows = 10;
  constexpr int kColumns = 7;
  Surface surface = grid(kRows, kColumns, false);
  surface.two_sided = true;
  for (int row = 0; row < kRows; ++row) {
    const float t = static_cast<float>(row) / (kRows - 1);
    const Outline line = outline(body, reach * (0.02F + 0.98F * t));
    const float half_width = 0.11F * (1 - t) * (0.35F + 2.4F * t);
    for (int column = 0; column < kColumns; ++column) {
      const float s = 2 * static_cast<float>(column) / (kColumns - 1) - 1;
      const float radius = line.radius * (1.02F + 0.25F * lift * t * t);
      const float width = half_width * (0.35F + 0.2F / (0.25F + line.radius));
      const Angle around = turn(azimuth + s * width);
      const float height = line.height + 0.045F + lift * t * t - 0.03F * s * s;
      const std::size_t i = surface.index(row, column);
      surface.points[i] = bent({radius * around.cos, height, radius * around.sin}, body);
      surface.skin[i] = {s, t, 0};
    }
  }
  set_normals(surface);
  return surface;
}

}  // namespace verger::orchard
