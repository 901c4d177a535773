// SPDX-License-Identifier: Apache-2.0
#include "search/nearest.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "image/multiversion.h"

namespace verger {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kAhead = 1024;  // floats asked for before they are read
constexpr std::size_t kMiddle = 256;  // components after which a row is looked at once more
constexpr std::size_t kScannedAtOnce = 512;
constexpr float kSquaresRounding = 1e-5F;  // more than the squares of a unit and their sums are off

// kLanes sums, in vectors that the registers of AVX2 hold. Written as floats one by one, GCC
// shuffles them.
constexpr std::size_t kPart = 8;
using Part = float __attribute__((vector_size(kPart * sizeof(float))));
using Sums = std::array<Part, kLanes / kPart>;

// Adds the products of kLanes floats.
[[gnu::always_inline]] inline void add_products(const float* a, const float* b, Sums& sums) {
  for (std::size_t part = 0; part < sums.size(); ++part) {
    Part of_a;
    Part of_b;
    std::memcpy(&of_a, a + part * kPart, sizeof of_a);
    std::memcpy(&of_b, b + part * kPart, sizeof of_b);
    sums[part] += of_a * of_b;
  }
}

// All of them and `count` products more, of which each is added to its lane first.
[[gnu::always_inline]] inline float total(const Sums& sums, const float* a = nullptr,
                                          const float* b = nullptr, std::size_t count = 0) {
  float lanes[kLanes];
  std::memcpy(lanes, sums.data(), sizeof lanes);
  for (std::size_t lane = 0; lane < count; ++lane) lanes[lane] += a[lane] * b[lane];
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

VERGER_MULTIVERSION
float dot(const float* a, const float* b, std::size_t width) {
  Sums sums{};
  std::size_t at = 0;
  for (; at + kLanes <= width; at += kLanes) add_products(a + at, b + at, sums);
  return total(sums, a + at, b + at, width - at);
}

// The same of kCosinesAtOnce vectors b, one after the other, whose sums do not wait for each other.
VERGER_MULTIVERSION
void dot_together(const float* a, const float* b, std::size_t width, float* products) {
  Sums sums[kCosinesAtOnce];
  for (Sums& of_one : sums) of_one.fill(Part{});
  std::size_t at = 0;
  for (; at + kLanes <= width; at += kLanes) {
    __builtin_prefetch(a + at + kAhead);
    for (std::size_t i = 0; i < kCosinesAtOnce; ++i)
      add_products(a + at, b + i * width + at, sums[i]);
  }
  for (std::size_t i = 0; i < kCosinesAtOnce; ++i) {
    products[i] = total(sums[i], a + at, b + i * width + at, width - at);
  }
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

VERGER_MULTIVERSION
int32_t largest(const int32_t* values, std::size_t count) {
  int32_t most = std::numeric_limits<int32_t>::min();
  for (std::size_t i = 0; i < count; ++i) most = std::max(most, values[i]);
  return most;
}

// The first kMiddle components of a row give their product with those of the query and their
// squares.
struct Middle {
  float product = 0;
  float squares = 0;
};

VERGER_MULTIVERSION
Middle middle_of(const float* query, const float* row) {
  Sums products{};
  Sums squares{};
  for (std::size_t at = 0; at < kMiddle; at += kLanes) {
    add_products(query + at, row + at, products);
    add_products(row + at, row + at, squares);
  }
  return {.product = total(products), .squares = total(squares)};
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
  for (std::size_t begin = 0; begin < products.size(); begin += kScannedAtOnce) {
    const auto some = products.subspan(begin, std::min(kScannedAtOnce, products.size() - begin));
    const auto most = static_cast<float>(largest(some.data(), some.size()));
    if (near.full() && most <= near.farthest().cosine) continue;
    for (std::size_t i = 0; i < some.size(); ++i) {
      near.offer({begin + i, static_cast<float>(some[i])});
    }
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
  std::array<float, kScannedAtOnce> bounds;
  for (std::size_t begin = 0; begin < products.size(); begin += kScannedAtOnce) {
    const std::size_t count = std::min(kScannedAtOnce, products.size() - begin);
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

void NearestSoFar::take(const Neighbour& neighbour) {
  if (full()) {
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

void cosines_of_units(std::span<const float> a, std::span<const float> units,
                      std::span<float> cosines) {
  const std::size_t width = a.size();
  assert(units.size() == cosines.size() * width);
  std::size_t i = 0;
  for (; i + kCosinesAtOnce <= cosines.size(); i += kCosinesAtOnce) {
    dot_together(a.data(), units.data() + i * width, width, cosines.data() + i);
  }
  for (; i < cosines.size(); ++i) cosines[i] = dot(a.data(), units.data() + i * width, width);
}

std::vector<Neighbour> find_nearest(const SearchTable& table, const RowHeads& heads,
                                    std::span<const float> query, std::size_t neighbors) {
  assert(query.size() == table.width && heads.size() == table.size());
  return Scan(table, heads, query).find(std::min(neighbors, table.size()));
}

}  // namespace verger
