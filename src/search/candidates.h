// Pairs of rows that are alike, over a whole table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

class NearestIndex;

struct RowPair {
  std::size_t first = 0;  // first < second: rows of the table
  std::size_t second = 0;
  double cosine = 0;

  bool operator==(const RowPair&) const = default;
};

inline constexpr std::size_t kStripRows = 192;

// The pairs of the rows of strip number `strip` (kStripRows rows from strip · kStripRows on) with
// all rows after each of them whose cosine is at least `similarity`, in the order of their rows.
// Sums are those of product.h: the same bits on every processor, for any `threads`. Memory: what
// the pairs found take, and some MB a thread.
Result<std::vector<RowPair>> find_alike(const SearchTable& table, std::span<const uint8_t> skipped,
                                        std::size_t strip, double similarity, int threads,
                                        const CancelToken& cancel);

// The same from an index: of each row the `neighbors` nearest that it gives, so that a pair may be
// missed, or be found in the strips of both of its rows.
Result<std::vector<RowPair>> find_alike(const NearestIndex& index, std::size_t neighbors,
                                        std::span<const uint8_t> skipped, std::size_t strip,
                                        double similarity, int threads, const CancelToken& cancel);

}  // namespace verger
