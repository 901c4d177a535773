// SPDX-License-Identifier: Apache-2.0
// The forces by which all points of a map keep each other away, as t-SNE has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "embedding/plane.h"
#include "verger/status.h"

namespace verger {

// By Barnes and Hut (1986), as van der Maaten (2014) takes it for t-SNE: a quadtree's cell that is
// small as seen from where one stands (its side less than 0.8 of the distance) acts as if all its
// points lay in their centre. Leaves of up to 16 points walk the tree once for all of them. Sums
// are float64 in an order that the points alone decide: the same bits on every processor, for any
// number of threads.
class Repulsion {
 public:
  // Sums Σ q² (yᵢ − yⱼ) with q = 1 / (1 + |yᵢ − yⱼ|²) for each point i, and Z, which is q over all
  // ordered pairs. Coordinates must be finite.
  Status compute(std::span<const PlanePoint> points, int threads, const CancelToken& cancel);

  std::span<const PlanePoint> forces() const { return forces_; }
  double normalizer() const { return normalizer_; }  // Z

 private:
  struct Cell {
    std::size_t begin = 0;  // its points, in the order of the tree
    std::size_t end = 0;
    std::size_t after = 0;  // the cell that comes when this one's cells are passed over
    PlanePoint centre{};    // the mean of its points
    double side = 0;
    bool leaf = false;
  };
  class Walk;

  void sort_points(std::span<const PlanePoint> points);
  void add_cell(std::size_t begin, std::size_t end, int depth);

  std::vector<uint64_t> keys_;      // by which the points are sorted: two bits a level
  std::vector<std::size_t> order_;  // numbers of points
  std::vector<PlanePoint> sorted_;
  double side_ = 0;                  // the side of the square that holds all points
  std::vector<Cell> cells_;          // a cell before those within it
  std::vector<std::size_t> leaves_;  // numbers of cells
  std::vector<double> leaf_sums_;    // what each leaf adds to the sum of q
  std::vector<PlanePoint> forces_;
  double normalizer_ = 0;
};

}  // namespace verger
