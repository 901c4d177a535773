// SPDX-License-Identifier: Apache-2.0
// Whether a photograph is of a kind that a result knows, by how near its own photographs are to
// each other.
//
// Each of a sample of rows is left out, and its nearest other row looked up. What is usual for a
// class is the lower fifth of the cosines of its rows; a row's margin is its cosine less what is
// usual for the class of its nearest row. A photograph whose margin is below that of all but a few
// of the result's own is of a kind that the result does not hold: the margin tells strangers better
// than the cosine does, because the photographs of one class are nearer to each other than those of
// another (docs/laboratory.md has the measured rates).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "search/nearest.h"
#include "search/table.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Where an output keeps it (docs/formats.md).
inline constexpr std::string_view kFamiliarityName = "_verger/search/familiarity.json";

// Rows that are left out, spread evenly over the table.
inline constexpr std::size_t kMeasuredRows = 4096;
// So large a share of the result's own photographs is taken for strangers.
inline constexpr double kFalseAlarms = 0.025;

// Immutable: many threads may ask.
class Familiarity {
 public:
  // The rows that are measured, of a table of so many.
  static std::vector<std::size_t> measured_rows(std::size_t rows) {
    return spread_rows(rows, kMeasuredRows);
  }

  // `nearest`: of each of measured_rows(), the nearest other row first; more may follow. Nothing
  // where the table is too small to tell: below 40 rows or 8 components.
  static std::optional<Familiarity> measure(const SearchTable& table,
                                            std::span<const std::vector<Neighbour>> nearest);

  // The share of the result's own photographs, 0 … 1, whose margins are no larger than that of a
  // photograph whose nearest row is of `label` and has this cosine.
  double share(const std::string& label, double cosine) const;
  // The same, of a photograph with these neighbours, nearest first; at least one.
  double share(const SearchTable& table, std::span<const Neighbour> neighbours) const;
  static bool is_familiar(double share) { return share >= kFalseAlarms; }

  std::size_t measured() const { return measured_; }

  // Reads what the output keeps of the table that `searched` describes; nothing when it keeps none,
  // or that of another table. kIo when it is damaged.
  static Result<std::optional<Familiarity>> load(const Store& output,
                                                 const SearchedOutput& searched);
  Status save(Store& output, const SearchedOutput& searched) const;

 private:
  std::size_t measured_ = 0;
  std::map<std::string, double> usual_;  // by label, of those with enough rows
  double usual_of_others_ = 0;
  std::vector<double> margins_;  // quantiles, at equal steps from the lowest to the highest
};

// Of a table with vectors, of which nothing is kept. Exact, on `threads` threads (at least 1).
Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table, int threads,
                                                       const CancelToken& cancel);

// What a report or a search left of a whole result: how much is known of what is familiar; "" when
// they left nothing. It is no part of the result, but searches refuse a damaged one, which is kIo.
Result<std::string> describe_familiarity(const Store& store);

}  // namespace verger
