// SPDX-License-Identifier: Apache-2.0
#include "embedding/tsne.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "embedding/repulsion.h"

namespace verger {

namespace {

constexpr double kStartDeviation = 1e-4;
constexpr double kExaggeration = 12;
constexpr int kExaggerated = 150;  // iterations
constexpr int kIterations = 500;
constexpr double kMomentum = 0.8;
constexpr double kLeastRate = 50;
constexpr std::size_t kPointsATask = 2048;

// The graph of neighbours, both ways, its edges' weights adding up to 1.
class Attraction {
 public:
  explicit Attraction(std::span<const std::vector<std::size_t>> neighbours) {
    const std::size_t count = neighbours.size();
    std::vector<std::vector<std::size_t>> edges(count);
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (const std::size_t j : neighbours[i]) {
        edges[i].push_back(j);
        edges[j].push_back(i);  // Two points that name each other get two edges.
      }
      total += 2 * neighbours[i].size();
    }
    weight_ = total > 0 ? 1 / static_cast<double>(total) : 0;
    begin_.push_back(0);
    for (auto& of_point : edges) {
      std::ranges::sort(of_point);
      others_.insert(others_.end(), of_point.begin(), of_point.end());
      begin_.push_back(others_.size());
    }
  }

  PlanePoint on(std::size_t i, std::span<const PlanePoint> points) const {
    PlanePoint force;
    for (std::size_t edge = begin_[i]; edge < begin_[i + 1]; ++edge) {
      const PlanePoint& other = points[others_[edge]];
      const double dx = points[i].x - other.x;
      const double dy = points[i].y - other.y;
      const double q = 1 / (1 + dx * dx + dy * dy);
      force.x += q * dx;
      force.y += q * dy;
    }
    return {force.x * weight_, force.y * weight_};
  }

 private:
  std::vector<std::size_t> begin_;  // where each point's edges begin
  std::vector<std::size_t> others_;
  double weight_ = 0;
};

PlanePoint mean_of(std::span<const PlanePoint> points) {
  PlanePoint mean;
  for (const PlanePoint& point : points) {
    mean.x += point.x;
    mean.y += point.y;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(points.size(), 1));
  return {mean.x / count, mean.y / count};
}

// Its mean is 0, and its deviation along the axis `x` is the one that t-SNE begins with.
std::vector<PlanePoint> scaled_start(std::span<const PlanePoint> start) {
  const PlanePoint mean = mean_of(start);
  double squares = 0;
  for (const PlanePoint& point : start) squares += (point.x - mean.x) * (point.x - mean.x);
  const double deviation =
      std::sqrt(squares / static_cast<double>(std::max<std::size_t>(start.size(), 1)));
  const double scale = deviation > 0 ? kStartDeviation / deviation : 0;
  std::vector<PlanePoint> points;
  for (const PlanePoint& point : start) {
    points.push_back({(point.x - mean.x) * scale, (point.y - mean.y) * scale});
  }
  return points;
}

// Gradient descent with momentum and a gain for each coordinate (Jacobs 1988).
class Descent {
 public:
  explicit Descent(std::size_t count) : step_(count), gain_(count, PlanePoint{1, 1}) {}

  void move(std::size_t i, const PlanePoint& gradient, double rate, PlanePoint& point) {
    advance(gradient.x, rate, gain_[i].x, step_[i].x, point.x);
    advance(gradient.y, rate, gain_[i].y, step_[i].y, point.y);
  }

 private:
  static void advance(double gradient, double rate, double& gain, double& step, double& at) {
    gain = std::max(0.01, (gradient > 0) == (step > 0) ? gain * 0.8 : gain + 0.2);
    step = kMomentum * step - rate * gain * gradient;
    at += step;
  }

  std::vector<PlanePoint> step_;
  std::vector<PlanePoint> gain_;
};

}  // namespace

Result<std::vector<PlanePoint>> make_map(std::span<const std::vector<std::size_t>> neighbours,
                                         std::span<const PlanePoint> start, int threads,
                                         const CancelToken& cancel) {
  assert(neighbours.size() == start.size());
  const std::size_t count = start.size();
  const Attraction attraction(neighbours);
  Repulsion repulsion;
  Descent descent(count);
  std::vector<PlanePoint> points = scaled_start(start);
  std::vector<PlanePoint> moved(count);
  const std::size_t tasks = (count + kPointsATask - 1) / kPointsATask;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const double exaggeration = iteration < kExaggerated ? kExaggeration : 1;
    const double rate = std::max(kLeastRate, static_cast<double>(count) / exaggeration);
    VERGER_RETURN_IF_ERROR(repulsion.compute(points, threads, cancel));
    const double away = repulsion.normalizer() > 0 ? 1 / repulsion.normalizer() : 0;
    const auto forces = repulsion.forces();
    VERGER_RETURN_IF_ERROR(parallel_for(tasks, threads, cancel, [&](std::size_t task) -> Status {
      const std::size_t end = std::min((task + 1) * kPointsATask, count);
      for (std::size_t i = task * kPointsATask; i < end; ++i) {
        const PlanePoint pull = attraction.on(i, points);
        const PlanePoint gradient = {4 * (exaggeration * pull.x - away * forces[i].x),
                                     4 * (exaggeration * pull.y - away * forces[i].y)};
        moved[i] = points[i];
        descent.move(i, gradient, rate, moved[i]);
      }
      return {};
    }));
    points.swap(moved);
  }
  const PlanePoint mean = mean_of(points);
  for (PlanePoint& point : points) point = {point.x - mean.x, point.y - mean.y};
  return points;
}

}  // namespace verger
