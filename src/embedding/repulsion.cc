// SPDX-License-Identifier: Apache-2.0
#include "embedding/repulsion.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "base/parallel.h"
#include "image/multiversion.h"

namespace verger {

namespace {

constexpr std::size_t kLeafPoints = 16;
constexpr int kDepth = 24;  // levels; what is together still is a leaf, however many
constexpr double kNearness = 0.8;
constexpr std::size_t kLeavesATask = 32;

// The bits of a coordinate of up to 32, each before a gap that one of the other coordinate's fills.
uint64_t spread_bits(uint64_t bits) {
  bits = (bits | bits << 16) & 0x0000ffff0000ffff;
  bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
  bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
  bits = (bits | bits << 2) & 0x3333333333333333;
  return (bits | bits << 1) & 0x5555555555555555;
}

struct Square {
  double left = std::numeric_limits<double>::infinity();
  double top = std::numeric_limits<double>::infinity();
  double side = 0;
};

Square around(std::span<const PlanePoint> points) {
  Square square;
  double right = -square.left;
  double bottom = -square.top;
  for (const PlanePoint& point : points) {
    square.left = std::min(square.left, point.x);
    square.top = std::min(square.top, point.y);
    right = std::max(right, point.x);
    bottom = std::max(bottom, point.y);
  }
  square.side = std::max(right - square.left, bottom - square.top);
  return square;
}

// The points of a leaf, side by side, and what acts on them. Places beyond `count` do no harm.
struct Lanes {
  std::array<double, kLeafPoints> x{};
  std::array<double, kLeafPoints> y{};
  std::array<double, kLeafPoints> force_x{};
  std::array<double, kLeafPoints> force_y{};
  std::array<double, kLeafPoints> sum{};
};

// `count` bodies of so many points each act on the points of a leaf.
VERGER_MULTIVERSION
void act(const double* x, const double* y, const double* points, std::size_t count, Lanes& lanes) {
  for (std::size_t body = 0; body < count; ++body) {
    const double at_x = x[body];
    const double at_y = y[body];
    const double weight = points[body];
    for (std::size_t i = 0; i < kLeafPoints; ++i) {
      const double dx = lanes.x[i] - at_x;
      const double dy = lanes.y[i] - at_y;
      const double q = 1 / (1 + dx * dx + dy * dy);
      const double share = weight * q;
      const double pull = share * q;
      lanes.sum[i] += share;
      lanes.force_x[i] += pull * dx;
      lanes.force_y[i] += pull * dy;
    }
  }
}

double distance_outside(double at, double low, double high) {
  return std::max({0.0, low - at, at - high});
}

}  // namespace

// Leaf after leaf: what acts on it, and how.
class Repulsion::Walk {
 public:
  explicit Walk(Repulsion& all) : all_(all) {}

  void leaf(std::size_t number) {
    const Cell& cell = all_.cells_[all_.leaves_[number]];
    gather(cell);
    double sum = 0;
    for (std::size_t begin = cell.begin; begin < cell.end; begin += kLeafPoints) {
      const std::size_t count = std::min(kLeafPoints, cell.end - begin);
      Lanes lanes;
      for (std::size_t i = 0; i < count; ++i) {
        lanes.x[i] = all_.sorted_[begin + i].x;
        lanes.y[i] = all_.sorted_[begin + i].y;
      }
      act(x_.data(), y_.data(), points_.data(), x_.size(), lanes);
      for (std::size_t i = 0; i < count; ++i) {
        all_.forces_[all_.order_[begin + i]] = {lanes.force_x[i], lanes.force_y[i]};
        sum += lanes.sum[i] - 1;  // less what it did to itself
      }
    }
    all_.leaf_sums_[number] = sum;
  }

 private:
  void gather(const Cell& leaf) {
    x_.clear();
    y_.clear();
    points_.clear();
    const auto points = std::span(all_.sorted_).subspan(leaf.begin, leaf.end - leaf.begin);
    const auto [left, right] = std::ranges::minmax(points, {}, &PlanePoint::x);
    const auto [top, bottom] = std::ranges::minmax(points, {}, &PlanePoint::y);
    for (std::size_t at = 0; at < all_.cells_.size();) {
      const Cell& cell = all_.cells_[at];
      const double dx = distance_outside(cell.centre.x, left.x, right.x);
      const double dy = distance_outside(cell.centre.y, top.y, bottom.y);
      const bool within = cell.begin <= leaf.begin && leaf.end <= cell.end;
      if (!within && cell.side * cell.side < kNearness * kNearness * (dx * dx + dy * dy)) {
        add(cell.centre, static_cast<double>(cell.end - cell.begin));
        at = cell.after;
        continue;
      }
      if (cell.leaf) {
        for (std::size_t i = cell.begin; i < cell.end; ++i) add(all_.sorted_[i], 1);
      }
      ++at;
    }
  }

  void add(const PlanePoint& at, double points) {
    x_.push_back(at.x);
    y_.push_back(at.y);
    points_.push_back(points);
  }

  Repulsion& all_;
  // The bodies that act on a leaf: cells, and single points.
  std::vector<double> x_;
  std::vector<double> y_;
  std::vector<double> points_;
};

void Repulsion::sort_points(std::span<const PlanePoint> points) {
  const Square square = around(points);
  side_ = square.side;
  const double scale = side_ > 0 ? static_cast<double>((1U << kDepth) - 1) / side_ : 0;
  std::vector<uint64_t> keys(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto across = static_cast<uint64_t>((points[i].x - square.left) * scale);
    const auto down = static_cast<uint64_t>((points[i].y - square.top) * scale);
    keys[i] = spread_bits(across) | spread_bits(down) << 1;
  }
  order_.resize(points.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, [&](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  });
  keys_.resize(points.size());
  sorted_.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    keys_[i] = keys[order_[i]];
    sorted_[i] = points[order_[i]];
  }
}

void Repulsion::add_cell(std::size_t begin, std::size_t end, int depth) {
  const std::size_t number = cells_.size();
  Cell cell{.begin = begin, .end = end};
  for (std::size_t i = begin; i < end; ++i) {
    cell.centre.x += sorted_[i].x;
    cell.centre.y += sorted_[i].y;
  }
  const auto count = static_cast<double>(end - begin);
  cell.centre.x /= count;
  cell.centre.y /= count;
  cell.side = side_ / static_cast<double>(uint64_t{1} << depth);
  cell.leaf = end - begin <= kLeafPoints || depth == kDepth;
  if (cell.leaf) leaves_.push_back(number);
  cells_.push_back(cell);
  for (uint64_t quarter = 0, from = begin; quarter < 4 && !cell.leaf; ++quarter) {
    const int shift = 2 * (kDepth - depth - 1);
    const auto later = [&](uint64_t key) { return (key >> shift & 3) > quarter; };
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = keys_.begin() + static_cast<std::ptrdiff_t>(end);
    const auto to =
        static_cast<std::size_t>(std::ranges::find_if(first, last, later) - keys_.begin());
    if (to > from) add_cell(from, to, depth + 1);
    from = to;
  }
  cells_[number].after = cells_.size();
}

Status Repulsion::compute(std::span<const PlanePoint> points, int threads,
                          const CancelToken& cancel) {
  forces_.assign(points.size(), {});
  normalizer_ = 0;
  if (points.empty()) return {};
  sort_points(points);
  cells_.clear();
  leaves_.clear();
  add_cell(0, points.size(), 0);
  leaf_sums_.assign(leaves_.size(), 0);
  const std::size_t tasks = (leaves_.size() + kLeavesATask - 1) / kLeavesATask;
  Status status = parallel_for(tasks, threads, cancel, [&](std::size_t task) -> Status {
    Walk walk(*this);
    const std::size_t end = std::min((task + 1) * kLeavesATask, leaves_.size());
    for (std::size_t leaf = task * kLeavesATask; leaf < end; ++leaf) walk.leaf(leaf);
    return {};
  });
  for (const double sum : leaf_sums_) normalizer_ += sum;
  return status;
}

}  // namespace verger
