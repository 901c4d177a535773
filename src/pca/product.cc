// SPDX-License-Identifier: Apache-2.0
#include "pca/product.h"

#include <algorithm>
#include <cassert>
#include <vector>

namespace verger {

namespace {

constexpr std::size_t kMaxTileSize = 256;  // rows × columns of the largest tile
// Rows of AᵀB done together: at a depth of 256 their panels fill less than half of a 512 KiB cache.
constexpr std::size_t kChunkRows = 96;

std::vector<const ProductTile*> find_tiles() {
  std::vector<const ProductTile*> tiles;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) tiles.push_back(&kAvx512Tile);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tiles.push_back(&kAvx2Tile);
#elif defined(__aarch64__)
  tiles.push_back(&kNeonTile);
#endif
  tiles.push_back(&kPortableTile);
  return tiles;
}

// The part of a tile that lies inside the matrix and, for an upper target, on or above the
// diagonal.
void add_tile(const double* sums, std::size_t tile_columns, std::size_t i0, std::size_t i_end,
              std::size_t j0, std::size_t j_end, const ProductTarget& target) {
  for (std::size_t i = i0; i < i_end; ++i, sums += tile_columns) {
    double* row = target.row(i);
    const std::size_t first = target.is_upper() ? std::max(i, j0) : j0;
    for (std::size_t j = first; j < j_end; ++j) row[j] += sums[j - j0];
  }
}

}  // namespace

std::span<const ProductTile* const> product_tiles() {
  static const std::vector<const ProductTile*> tiles = find_tiles();
  return tiles;
}

void Panels::resize(std::size_t depth, std::size_t count) {
  depth_ = depth;
  count_ = count;
  const std::size_t size = panels() * panel_stride();
  if (buffer_.size() < size) buffer_ = LazyVector<double>(size);
}

void Panels::pack(const double* from, std::size_t stride, std::size_t depth, std::size_t count) {
  resize(depth, count);
  for (std::size_t p = 0; p < panels(); ++p) {
    const double* source = from + p * panel_width_;
    const std::size_t used = std::min(panel_width_, count - p * panel_width_);
    double* to = buffer_.data() + p * panel_stride();
    for (std::size_t k = 0; k < depth; ++k, source += stride, to += panel_width_) {
      std::copy_n(source, used, to);
      std::fill(to + used, to + panel_width_, 0.0);
    }
  }
}

void Panels::pack_transposed(const double* from, std::size_t stride, std::size_t depth,
                             std::size_t count) {
  resize(depth, count);
  for (std::size_t p = 0; p < panels(); ++p) {
    double* to = buffer_.data() + p * panel_stride();
    const std::size_t used = std::min(panel_width_, count - p * panel_width_);
    if (used < panel_width_) std::fill_n(to, depth * panel_width_, 0.0);
    for (std::size_t c = 0; c < used; ++c) {
      const double* source = from + (p * panel_width_ + c) * stride;
      for (std::size_t k = 0; k < depth; ++k) to[k * panel_width_ + c] = source[k];
    }
  }
}

void add_product(const ProductTile& tile, const Panels& a, const Panels& b,
                 const ProductTarget& target) {
  assert(a.panel_width() == tile.rows && b.panel_width() == tile.columns);
  assert(a.depth() == b.depth() && tile.rows * tile.columns <= kMaxTileSize);
  alignas(64) double sums[kMaxTileSize];
  const std::size_t chunk = std::max<std::size_t>(1, kChunkRows / tile.rows);
  for (std::size_t begin = 0; begin < a.panels(); begin += chunk) {
    const std::size_t end = std::min(begin + chunk, a.panels());
    for (std::size_t q = 0; q < b.panels(); ++q) {
      const std::size_t j0 = q * tile.columns;
      const std::size_t j_end = std::min(j0 + tile.columns, b.count());
      for (std::size_t p = begin; p < end; ++p) {
        const std::size_t i0 = p * tile.rows;
        if (target.is_upper() && i0 >= j_end) break;
        const std::size_t i_end = std::min(i0 + tile.rows, a.count());
        for (std::size_t i = i0; i < i_end; ++i) {
          __builtin_prefetch(target.row(i) + j0, 1);
          __builtin_prefetch(target.row(i) + j_end - 1, 1);
        }
        const auto run = i_end - i0 == 1 ? tile.run_row : tile.run;
        run(a.panel(p), b.panel(q), a.depth(), sums);
        add_tile(sums, tile.columns, i0, i_end, j0, j_end, target);
      }
    }
  }
}

}  // namespace verger
