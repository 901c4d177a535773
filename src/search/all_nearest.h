// SPDX-License-Identifier: Apache-2.0
// The rows that are nearest to rows of the same table.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/watch.h"
#include "search/nearest.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

// Finds for each of `rows` (ascending, each once) the `neighbors` nearest other rows of the whole
// table, or all others when they are fewer: nearest first, as is_nearer() has it. Exact, though
// most pairs are given up after few components (row_block.h). Cosines are summed in float64 and
// rounded once: the same bits on every processor, for any `threads` (at least 1). Advances by a
// row. Memory: what is
// found, some numbers a row of the table, and some MB a thread.
Result<std::vector<std::vector<Neighbour>>> find_nearest_others(const SearchTable& table,
                                                                std::span<const std::size_t> rows,
                                                                std::size_t neighbors, int threads,
                                                                const Watch& watch);

}  // namespace verger
