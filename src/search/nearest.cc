// SPDX-License-Identifier: Apache-2.0
#include "search/nearest.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "image/multiversion.h"

namespace verger {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kMiddle = 256;  // components after which a row is looked at once more
constexpr std::size_t kBoundsAtOnce = 512;
constexpr float kSquaresRounding = 1e-5F;  // more than the squares of a unit and their sums are off

VERGER_MULTIVERSION
float dot(const float* a, const float* b, std::size_t width) {
  float sums[kLanes] = {};
  std::size_t at = 0;
  for (; at + kLanes <= width; at += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[at + lane] * b[at + lane];
  }
  for (std::size_t lane = 0; at + lane < width; ++lane) sums[lane] += a[at + lane] * b[at + lane];
  float sum = 0;
  for (const float lane : sums) sum += lane;
  return sum;
}

// The cosines that rows may have at most, by their heads.
VERGER_MULTIVERSION
void add_bounds(const int32_t* products, const float* rests, float rest, float slack,
                std::size_t count, float* bounds) {
  constexpr auto kUnit = static_cast<float>(1 / (RowHead::kScale * RowHead::kScale));
  for (std::size_t i = 0; i < count; ++i) {
    bounds[i] = static_cast<float>(products[i]) * kUnit + rests[i] * rest + slack;
  }
}

// The first kMiddle components of a row give their product with those of the query and their
// squares.
struct Middle {
  float product = 0;
  float squares = 0;
};

VERGER_MULTIVERSION
Middle middle_of(const float* query, const float* row) {
  float products[kLanes] = {};
  float squares[kLanes] = {};
  for (std::size_t at = 0; at < kMiddle; at += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      products[lane] += query[at + lane] * row[at + lane];
      squares[lane] += row[at + lane] * row[at + lane];
    }
  }
  Middle middle;
  for (const float lane : products) middle.product += lane;
  for (const float lane : squares) middle.squares += lane;
  return middle;
}

float rest_of(float squares) { return std::sqrt(std::max(0.0F, 1 + kSquaresRounding - squares)); }

// The search for the rows that are nearest to one query.
class Scan {
 public:
  Scan(const SearchTable& table, const RowHeads& heads, std::span<const float> query)
      : table_(table),
        heads_(heads),
        query_(query),
        head_(query),
        // More than a sum in float32 is off, of one of its lanes and then of all.
        rounding_(static_cast<float>(table.width / kLanes + 2 * kLanes) *
                  std::numeric_limits<float>::epsilon()) {
    if (table.width > kMiddle) rest_ = rest_of(middle_of(query.data(), query.data()).squares);
  }

  std::vector<Neighbour> find(std::size_t limit) const;

 private:
  float cosine(std::size_t row) const {
    return dot(query_.data(), table_.row(row).data(), table_.width);
  }
  // The lowest cosine of `limit` rows that are near: those whose heads have the largest products.
  float lowest_of_near(std::size_t limit, std::span<const int32_t> products) const;
  // False of a row whose cosine is lower for certain.
  bool may_reach(float least, std::size_t row) const;

  const SearchTable& table_;
  const RowHeads& heads_;
  const std::span<const float> query_;
  const RowHead head_;
  const float rounding_;
  float rest_ = 0;  // the length of the query's components after kMiddle
};

float Scan::lowest_of_near(std::size_t limit, std::span<const int32_t> products) const {
  NearestSoFar near(limit);
  for (std::size_t row = 0; row < products.size(); ++row) {
    near.offer({row, static_cast<float>(products[row])});
  }
  float lowest = std::numeric_limits<float>::infinity();
  for (const Neighbour& one : std::move(near).sorted()) {
    lowest = std::min(lowest, cosine(one.row));
  }
  return lowest;
}

bool Scan::may_reach(float least, std::size_t row) const {
  if (table_.width <= kMiddle) return true;
  const Middle middle = middle_of(query_.data(), table_.row(row).data());
  return middle.product + rest_of(middle.squares) * rest_ + 2 * rounding_ >= least;
}

std::vector<Neighbour> Scan::find(std::size_t limit) const {
  if (limit == 0) return {};
  std::vector<int32_t> products(table_.size());
  heads_.multiply(head_, products);
  float least = lowest_of_near(limit, products);
  NearestSoFar best(limit);
  std::array<float, kBoundsAtOnce> bounds;
  for (std::size_t begin = 0; begin < products.size(); begin += kBoundsAtOnce) {
    const std::size_t count = std::min(kBoundsAtOnce, products.size() - begin);
    add_bounds(products.data() + begin, heads_.rests().data() + begin, head_.rest,
               static_cast<float>(RowHead::kRounding) + rounding_, count, bounds.data());
    for (std::size_t row = begin; row < begin + count; ++row) {
      if (bounds[row - begin] < least || !may_reach(least, row)) continue;
      best.offer({row, cosine(row)});
      if (best.full()) least = std::max(least, best.farthest().cosine);
    }
  }
  assert(best.full());
  return std::move(best).sorted();
}

}  // namespace

bool is_nearer(const Neighbour& a, const Neighbour& b) {
  return a.cosine != b.cosine ? a.cosine > b.cosine : a.row < b.row;
}

void NearestSoFar::offer(const Neighbour& neighbour) {
  if (full()) {
    if (limit_ == 0 || !is_nearer(neighbour, heap_.front())) return;
    std::ranges::pop_heap(heap_, is_nearer);
    heap_.pop_back();
  }
  heap_.push_back(neighbour);
  std::ranges::push_heap(heap_, is_nearer);
}

std::vector<Neighbour> NearestSoFar::sorted() && {
  std::ranges::sort_heap(heap_, is_nearer);
  return std::move(heap_);
}

float cosine_of_units(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  return dot(a.data(), b.data(), a.size());
}

std::vector<Neighbour> find_nearest(const SearchTable& table, const RowHeads& heads,
                                    std::span<const float> query, std::size_t neighbors) {
  assert(query.size() == table.width && heads.size() == table.size());
  return Scan(table, heads, query).find(std::min(neighbors, table.size()));
}

}  // namespace verger
