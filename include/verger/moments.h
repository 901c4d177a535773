// The sufficient statistics of standardisation and PCA: count, mean, centred second moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "verger/status.h"

namespace verger {

// Moments of the rows of a table of float32, in float64.
//
// Rows are taken in fixed blocks of kBlockRows, so that the bits depend only on the sequence of the
// rows, never on how add() was called, and products are summed in one fixed order with fused
// multiply-add, so that they are the same on every CPU. Merging follows Chan, Golub and LeVeque
// (1983). Not thread-safe.
class Moments {
 public:
  static constexpr std::size_t kBlockRows = 256;

  explicit Moments(int width);

  // `rows`: row-major, a multiple of width() long; any non-finite value is kInvalidArgument.
  Status add(std::span<const float> rows);

  // this ← this ∪ other, whose widths must agree. The order matters to the last bits: merge shards
  // by MomentsTree, which fixes it.
  Status merge(const Moments& other);

  int width() const { return width_; }
  int64_t count() const;                                // n
  std::span<const double> mean() const;                 // width
  std::span<const double> centred_second_moment() const;  // width × width, symmetric, row-major:
                                                          // Σ (x − mean)(x − mean)ᵀ

  // A self-describing, versioned, checksummed little-endian form (docs/formats.md).
  std::vector<uint8_t> serialise() const;
  static Result<Moments> deserialise(std::span<const uint8_t> bytes);

 private:
  int width_;
};

// Merges the moments of shards 0 … n−1, added in any order, by a binary tree over the shards'
// numbers: neighbours first, so that the result has the same bits in any order of completion.
// Holds O(log n) moments when they arrive nearly in order.
class MomentsTree {
 public:
  MomentsTree(int width, std::size_t shards);

  Status add(std::size_t shard, Moments moments);  // each shard once
  Result<Moments> finish();                        // when every shard was added
};

}  // namespace verger
