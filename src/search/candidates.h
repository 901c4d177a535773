// SPDX-License-Identifier: Apache-2.0
// Pairs of rows that are alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "verger/status.h"

namespace verger {

class NearestIndex;

struct RowPair {
  std::size_t first = 0;  // first < second: rows of the table
  std::size_t second = 0;
  double cosine = 0;

  bool operator==(const RowPair&) const = default;
};

// Tables are searched in strips of so many rows.
inline constexpr std::size_t kStripRows = 192;

// The pairs of the rows of strip number `strip` with others of a cosine of at least `similarity`,
// in the order of their rows; none of rows with skipped[row] = 1. Of each row come the `neighbors`
// nearest that the index gives, so that a pair may be missed, or be found in the strips of both of
// its rows. AllPairs (all_pairs.h) misses none.
Result<std::vector<RowPair>> find_alike(const NearestIndex& index, std::size_t neighbors,
                                        std::span<const uint8_t> skipped, std::size_t strip,
                                        double similarity, int threads, const CancelToken& cancel);

}  // namespace verger
