// SPDX-License-Identifier: Apache-2.0
#include "sample/scene.h"

#include <utility>

namespace verger::orchard {

namespace {

uint32_t new_seed(Random& random) { return static_cast<uint32_t>(random.next()); }

Skin leaf_skin(uint32_t colour) {
  return {.ground = colour, .mottle = 0.15F, .gloss = 0.25F, .veins = 1};
}

Skin wood(uint32_t colour) { return {.ground = colour, .mottle = 0.35F, .gloss = 0.1F}; }

void move(Surface& surface, float scale, Vec3 offset) {
  for (Vec3& point : surface.points) point = point * scale + offset;
}

// A body with this fruit's own proportions.
Body grown(Body body, Random& random) {
  body.height *= random.uniform(0.95F, 1.05F);
  body.taper += random.uniform(-0.03F, 0.03F);
  body.bend *= random.uniform(0.8F, 1.2F);
  body.top_dimple *= random.uniform(0.85F, 1.15F);
  return body;
}

void add_trim(std::vector<Part>& parts, const Body& body, const Trim& trim, Random& random) {
  const Outline top = outline(body, 0);
  const Vec3 root = {0, top.height - 0.03F, 0};
  if (trim.stem > 0) {
    const float lean = random.uniform(-0.25F, 0.25F) * trim.stem;
    const Vec3 end = root + Vec3{lean, trim.stem * random.uniform(0.8F, 1.1F), lean * 0.6F};
    parts.push_back(
        {.surface = tube(root, root + Vec3{0, trim.stem * 0.5F, 0}, end, trim.stem_width, 0.6F),
         .skin = wood(trim.stem_colour),
         .seed = new_seed(random)});
  }
  for (int i = 0; i < trim.leaves; ++i) {
    const LeafShape shape{.root = root + Vec3{0, trim.stem * 0.55F, 0},
                          .azimuth = random.uniform(),
                          .size = random.uniform(0.75F, 1.0F),
                          .rise = random.uniform(0.3F, 0.6F),
                          .curl = random.uniform(0.35F, 0.7F)};
    parts.push_back(
        {.surface = leaf(shape), .skin = leaf_skin(0x4C8B2B), .seed = new_seed(random)});
  }
  const float phase = random.uniform();
  for (int i = 0; i < trim.sepals; ++i) {
    const float azimuth = phase + (static_cast<float>(i) + random.uniform(-0.2F, 0.2F)) /
                                      static_cast<float>(trim.sepals);
    const float reach = trim.sepal_reach * 0.5F * random.uniform(0.8F, 1.1F);
    parts.push_back({.surface = sepal(body, azimuth, reach, random.uniform(0.02F, 0.22F)),
                     .skin = leaf_skin(trim.sepal_colour),
                     .seed = new_seed(random)});
  }
}

void add_tuft(std::vector<Part>& parts, const Body& body, const Trim& trim, Random& random) {
  const Outline top = outline(body, 0);
  for (int i = 0; i < trim.tuft; ++i) {
    // From the outside in: inner leaves stand taller and steeper. 0.382: the golden angle.
    const float inner = static_cast<float>(i) / static_cast<float>(trim.tuft);
    const LeafShape shape{.root = {0, top.height - 0.06F + 0.1F * inner, 0},
                          .azimuth = 0.381966F * static_cast<float>(i),
                          .size = 0.55F + 0.25F * inner + random.uniform(0, 0.1F),
                          .width = 0.16F,
                          .rise = 0.7F + 2.2F * inner,
                          .curl = 0.55F};
    parts.push_back(
        {.surface = leaf(shape), .skin = leaf_skin(0x5F8A4A), .seed = new_seed(random)});
  }
}

void add_single(std::vector<Part>& parts, const Variety& variety, Random& random) {
  const Body body = grown(variety.body, random);
  const bool ribbed = body.lobes > 0;
  parts.push_back({.surface = revolve(body, 40, ribbed ? 80 : 56),
                   .skin = variety.skin,
                   .seed = new_seed(random)});
  add_trim(parts, body, variety.trim, random);
  add_tuft(parts, body, variety.trim, random);
}

// Two fruit side by side, whose stems meet above them.
void add_pair(std::vector<Part>& parts, const Variety& variety, Random& random) {
  const Vec3 knot = {random.uniform(-0.2F, 0.2F), 2.6F + random.uniform(0, 0.3F), 0};
  for (const float side : {-1.0F, 1.0F}) {
    const Body body = grown(variety.body, random);
    const Vec3 offset = {side * random.uniform(0.92F, 1.02F), random.uniform(-0.25F, 0.25F),
                         random.uniform(-0.3F, 0.3F)};
    Surface surface = revolve(body, 32, 40);
    move(surface, 1, offset);
    parts.push_back(
        {.surface = std::move(surface), .skin = variety.skin, .seed = new_seed(random)});
    const Vec3 root = offset + Vec3{0, outline(body, 0).height - 0.05F, 0};
    const Vec3 middle = {offset.x * 0.9F, mix(root.y, knot.y, 0.6F), offset.z};
    parts.push_back({.surface = tube(root, middle, knot, variety.trim.stem_width, 0.5F),
                     .skin = wood(variety.trim.stem_colour),
                     .seed = new_seed(random)});
  }
  if (variety.trim.leaves > 0) {
    const LeafShape shape{.root = knot, .azimuth = random.uniform(), .size = 1.5F, .curl = 0.5F};
    parts.push_back(
        {.surface = leaf(shape), .skin = leaf_skin(0x4C8B2B), .seed = new_seed(random)});
  }
}

void add_berry(std::vector<Part>& parts, const Variety& variety, float size, Vec3 centre,
               Random& random) {
  Surface surface = revolve(grown(variety.body, random), 14, 20);
  // Each berry turns its own way.
  const Angle tilt = turn(random.uniform(-0.12F, 0.12F));
  for (Vec3& point : surface.points) point = turn_z(point, tilt);
  for (Vec3& normal : surface.normals) normal = turn_z(normal, tilt);
  move(surface, size, centre);
  parts.push_back({.surface = std::move(surface),
                   .skin = variety.skin,
                   .seed = new_seed(random),
                   .shade = random.uniform(0.84F, 1.1F),
                   .relative = size});
}

void add_handful(std::vector<Part>& parts, const Variety& variety, Random& random) {
  const float phase = random.uniform();
  for (int i = 0; i < 3; ++i) {
    const Angle place = turn(phase + (static_cast<float>(i) + random.uniform(-0.1F, 0.1F)) / 3);
    const Vec3 centre = {place.cos * 1.05F, random.uniform(-0.1F, 0.1F), place.sin * 1.05F};
    const std::size_t first = parts.size();
    const Body body = grown(variety.body, random);
    parts.push_back({.surface = revolve(body, 28, 36),
                     .skin = variety.skin,
                     .seed = new_seed(random),
                     .shade = random.uniform(0.9F, 1.08F)});
    add_trim(parts, body, variety.trim, random);
    for (std::size_t part = first; part < parts.size(); ++part) {
      const Angle roll = turn(random.uniform(-0.02F, 0.02F) + 0.08F * place.cos);
      Surface& surface = parts[part].surface;
      for (Vec3& point : surface.points) point = turn_z(point, roll);
      for (Vec3& normal : surface.normals) normal = turn_z(normal, roll);
      move(surface, 1, centre);
    }
  }
}

// Layers of berries about a stalk, wide above and narrow below.
void add_bunch(std::vector<Part>& parts, const Variety& variety, Random& random) {
  constexpr int kLayers = 6;
  constexpr float kBerry = 0.3F;
  for (int layer = 0; layer < kLayers; ++layer) {
    const float depth = static_cast<float>(layer) / (kLayers - 1);
    const float ring = 0.72F * (1 - depth) * (1 - 0.5F * depth) + 0.1F * bump(depth - 0.2F);
    const int berries = layer == kLayers - 1 ? 1 : 8 - layer;
    const float phase = random.uniform();
    for (int i = 0; i < berries; ++i) {
      const float azimuth = phase + static_cast<float>(i) / static_cast<float>(berries);
      const Angle around = turn(azimuth + random.uniform(-0.02F, 0.02F));
      const float radius = ring * random.uniform(0.9F, 1.1F);
      const Vec3 centre = {radius * around.cos,
                           0.75F - 1.7F * depth + random.uniform(-0.09F, 0.09F),
                           radius * around.sin};
      add_berry(parts, variety, kBerry * random.uniform(0.88F, 1.08F), centre, random);
    }
  }
  const Vec3 root = {0, 0.6F, 0};
  parts.push_back({.surface = tube(root, {0, 1.2F, 0}, {random.uniform(-0.2F, 0.2F), 1.45F, 0},
                                   variety.trim.stem_width, 0.8F),
                   .skin = wood(variety.trim.stem_colour),
                   .seed = new_seed(random)});
}

// Beads on the body, along a golden spiral.
void add_drupe(std::vector<Part>& parts, const Variety& variety, Random& random) {
  constexpr int kBeads = 74;
  constexpr float kBead = 0.215F;
  const Body body = grown(variety.body, random);
  Variety bead = variety;
  bead.body = {};
  for (int i = 0; i < kBeads; ++i) {
    const float height = 1 - 2 * (static_cast<float>(i) + 0.5F) / kBeads;
    const float sine = std::sqrt(1 - height * height);
    const Angle around = turn(0.381966F * static_cast<float>(i) + random.uniform(-0.01F, 0.01F));
    const float radius = 0.84F * sine * (1 + body.taper * height);
    const Vec3 centre = {radius * around.cos, 0.84F * body.height * height, radius * around.sin};
    add_berry(parts, bead, kBead * random.uniform(0.92F, 1.08F), centre, random);
  }
  Body hull = body;  // about the beads
  hull.height = 0.84F * body.height + 0.26F;
  add_trim(parts, hull, variety.trim, random);
}

}  // namespace

std::vector<Part> grow(const Variety& variety, Random& random) {
  std::vector<Part> parts;
  switch (variety.growth) {
    case Growth::kSingle:
      add_single(parts, variety, random);
      break;
    case Growth::kPair:
      add_pair(parts, variety, random);
      break;
    case Growth::kHandful:
      add_handful(parts, variety, random);
      break;
    case Growth::kBunch:
      add_bunch(parts, variety, random);
      break;
    case Growth::kDrupe:
      add_drupe(parts, variety, random);
      break;
  }
  return parts;
}

void pose(std::vector<Part>& parts, const Variety& variety, Random& random) {
  const bool hangs = variety.growth == Growth::kPair || variety.growth == Growth::kBunch;
  const bool long_fruit = variety.body.height > 2;
  // A bent fruit shows its bend, from one side or the other.
  const float side = long_fruit && random.chance(0.5F) ? 0.5F : 0;
  const Angle yaw =
      turn(hangs || long_fruit ? side + random.uniform(-0.1F, 0.1F) : random.uniform());
  // Towards the camera as a rule, now and then seen from above.
  float nod = random.uniform(0.02F, 0.13F);
  if (!hangs && random.chance(0.15F)) nod = random.uniform(0.14F, 0.23F);
  const Angle pitch = turn(long_fruit ? random.uniform(-0.04F, 0.08F) : nod);
  const Angle roll = turn(long_fruit ? random.uniform(0.08F, 0.3F) : random.uniform(-0.07F, 0.07F));
  const auto turned = [&](Vec3 v) { return turn_z(turn_x(turn_y(v, yaw), pitch), roll); };
  for (Part& part : parts) {
    for (Vec3& point : part.surface.points) point = turned(point);
    for (Vec3& normal : part.surface.normals) normal = turned(normal);
  }
}

}  // namespace verger::orchard
