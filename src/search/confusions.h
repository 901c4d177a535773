// SPDX-License-Identifier: Apache-2.0
// Which classes look alike: whose photographs are nearest to those of another class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/watch.h"
#include "search/nearest.h"
#include "search/table.h"
#include "verger/status.h"

namespace verger {

// Tables of more rows than this are measured by so many rows, spread evenly over them.
inline constexpr std::size_t kConfusedRows = 100'000;

// Photographs of `label` whose nearest other photograph is of `nearest_label`.
struct Confusion {
  std::string label;
  std::string nearest_label;
  int64_t images = 0;
  int64_t of = 0;  // photographs of `label` that were measured
  // The pair of the highest cosine, of equal ones that of the first row.
  std::size_t row = 0;
  std::size_t nearest_row = 0;
  double cosine = 0;
};

struct Confusions {
  std::size_t rows = 0;               // all that the table has
  std::size_t measured = 0;           // those that were looked at
  int64_t confused = 0;               // whose nearest other is of another label
  std::vector<Confusion> confusions;  // those of most images first, then by labels
};

// `nearest`: of each of `rows`, the nearest other row first; more may follow.
Confusions count_confusions(const SearchTable& table, std::span<const std::size_t> rows,
                            std::span<const std::vector<Neighbour>> nearest);

// The same of a whole table with vectors, or of kConfusedRows of its rows, each compared with all
// others. The same for any `threads` (at least 1). Its stage is "confusions".
Result<Confusions> find_confusions(const SearchTable& table, int threads, const Watch& watch);

// {"rows", "measured", "confused", "total", "listed"}: `most` of all `total` confusions at most.
nlohmann::json confusions_json(const Confusions& confusions, const SearchTable& table,
                               std::size_t most);

}  // namespace verger
