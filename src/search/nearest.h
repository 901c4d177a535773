// SPDX-License-Identifier: Apache-2.0
// The nearest rows by cosine, exactly.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/row_heads.h"
#include "search/table.h"

namespace verger {

struct Neighbour {
  std::size_t row = 0;  // which row of the table
  float cosine = 0;     // −1 … 1

  bool operator==(const Neighbour&) const = default;
};

// Nearer first; of equal cosines the row that comes first in the table.
inline bool is_nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

// The `limit` nearest of those that were offered: a heap whose front is the farthest.
class NearestSoFar {
 public:
  explicit NearestSoFar(std::size_t limit) : limit_(limit) {}

  void offer(const Neighbour& neighbour) {
    if (!full() || (limit_ > 0 && is_nearer(neighbour, heap_.front()))) take(neighbour);
  }
  bool full() const { return heap_.size() == limit_; }
  const Neighbour& farthest() const { return heap_.front(); }  // when there is one
  std::vector<Neighbour> sorted() &&;                          // nearest first

 private:
  void take(const Neighbour& neighbour);

  std::size_t limit_;
  std::vector<Neighbour> heap_;
};

// The cosine of two vectors of length 1, summed in float32 in an order that is the same on every
// processor.
float cosine_of_units(std::span<const float> a, std::span<const float> b);

// cosines[i]: the same of `a` and vector i of `units`, which lie one after the other. Of so many
// the sums are in the registers of AVX2 together, and do not wait for each other.
inline constexpr std::size_t kCosinesAtOnce = 6;
void cosines_of_units(std::span<const float> a, std::span<const float> units,
                      std::span<float> cosines);

// The `neighbors` nearest rows (all, when the table has fewer) of a query, nearest first: as if it
// were compared with every row by cosine_of_units(), though most rows are passed over by their
// heads. `query`: table.width long, scaled to length 1. `heads` are those of table.unit.
// Thread-safe.
std::vector<Neighbour> find_nearest(const SearchTable& table, const RowHeads& heads,
                                    std::span<const float> query, std::size_t neighbors);

}  // namespace verger
