// SPDX-License-Identifier: Apache-2.0
#include "search/nearest.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "image/multiversion.h"

namespace verger {

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kScanRows = 64;  // with a few hundred components they stay in the cache

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

std::vector<std::vector<Neighbour>> find_nearest(const SearchTable& table,
                                                 std::span<const float> queries,
                                                 std::size_t neighbors) {
  const std::size_t count = queries.size() / table.width;
  assert(queries.size() == count * table.width);
  std::vector<NearestSoFar> best(count, NearestSoFar(std::min(neighbors, table.size())));
  for (std::size_t begin = 0; begin < table.size(); begin += kScanRows) {
    const std::size_t end = std::min(begin + kScanRows, table.size());
    for (std::size_t query = 0; query < count; ++query) {
      const float* vector = queries.data() + query * table.width;
      for (std::size_t row = begin; row < end; ++row) {
        best[query].offer({row, dot(vector, table.row(row).data(), table.width)});
      }
    }
  }
  std::vector<std::vector<Neighbour>> neighbours;
  for (NearestSoFar& of_query : best) neighbours.push_back(std::move(of_query).sorted());
  return neighbours;
}

}  // namespace verger
