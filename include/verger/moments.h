// SPDX-License-Identifier: Apache-2.0
// The sufficient statistics of standardisation and PCA: count, mean, centred second moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "verger/export.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

// Moments of the rows of a table of float32, in float64.
//
// Rows are taken in fixed blocks of kBlockRows, so that the bits depend only on the sequence of the
// rows and never on how add() was called. Products are summed in one fixed order with fused
// multiply-add, so that the bits are the same on every CPU. Merging follows Chan, Golub and LeVeque
// (1983). Memory: width²/2 doubles, and about 1000 × width more while rows arrive. Not thread-safe.
class Moments {
 public:
  static constexpr std::size_t kBlockRows = 256;
  static constexpr int kMaxWidth = 1 << 14;
  static constexpr int64_t kMaxRows = int64_t{1} << 53;  // counts stay exact in float64

  explicit Moments(int width);  // 1 … kMaxWidth
  ~Moments();
  Moments(const Moments& other);
  Moments(Moments&& other) noexcept;
  Moments& operator=(const Moments& other);
  Moments& operator=(Moments&& other) noexcept;

  // `rows`: row-major, a multiple of width() long, every value finite; else kInvalidArgument, and
  // nothing is added.
  Status add(std::span<const float> rows);

  // this ← this ∪ other, whose widths must agree; at most kMaxRows rows in all. Rows added
  // afterwards start a new block. The order matters to the last bits: merge shards by MomentsTree,
  // which fixes it.
  Status merge(const Moments& other);

  int width() const { return width_; }
  int64_t count() const;                              // n
  std::vector<double> mean() const;                   // width
  std::vector<double> centred_second_moment() const;  // width × width, symmetric, row-major:
                                                      // Σ (x − mean)(x − mean)ᵀ

  // A self-describing, versioned, checksummed little-endian form (docs/formats.md). Damaged bytes
  // are kIo; nothing larger than them is allocated before they are found to be whole.
  std::vector<uint8_t> serialise() const;
  static Result<Moments> deserialise(std::span<const uint8_t> bytes);

 private:
  friend class MomentsTree;
  struct Workspace;

  void absorb(std::span<const float> rows);  // at most kBlockRows of them, as one block
  void close();                              // absorbs what is pending, frees the workspace
  void make_upper();                         // as zeros, when there is none
  Moments closed() const;

  int width_;
  int64_t count_ = 0;           // rows in mean_ and upper_
  std::vector<double> mean_;    // width
  std::vector<double> upper_;   // the second moment's upper triangle, row by row; none: zeros
  std::vector<float> pending_;  // rows of a block not yet full
  std::unique_ptr<Workspace> workspace_;
};

// Merges the moments of shards 0 … n−1, added in any order, by a binary tree over the shards'
// numbers: neighbours first, so that the result has the same bits in any order of completion.
// Holds O(log n) moments when they arrive nearly in order. Not thread-safe.
class MomentsTree {
 public:
  MomentsTree(int width, std::size_t shards);

  // kInvalidArgument when the shard or the width is not one of this tree, or the shard was added.
  Status add(std::size_t shard, Moments moments);
  // kInvalidArgument while a shard is missing. Of no shards: moments of no rows.
  Result<Moments> finish();

 private:
  int width_;
  std::size_t shards_;
  std::vector<bool> added_;
  // Merged shards that wait for their neighbour, by level and number: node (l, i) is the shards
  // [i · 2^l, (i + 1) · 2^l).
  std::map<std::pair<int, std::size_t>, Moments> waiting_;
};

}  // namespace verger
