// SPDX-License-Identifier: Apache-2.0
// Whether a photograph is of a kind that a result knows, by how near its own photographs are to
// each other.
//
// What varies within classes is weighed down (class_whitening.h), and then a photograph is as near
// as the cosine of its vector with its nearest row says, and three quarters of that with the mean
// of the class of that row. Where there are no classes to tell, it is as near as its nearest row by
// the cosines as they are. Each of a sample of rows is left out, and so measured. What is usual for
// a class is the lower fifth of what its rows have; a row's margin is its nearness less what is
// usual for the class of its nearest row. A photograph whose margin is below that of all but a few
// of the result's own is of a kind that the result does not hold (docs/laboratory.md has the
// rates).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/watch.h"
#include "search/class_whitening.h"
#include "search/nearest.h"
#include "search/nearest_index.h"
#include "search/table.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Where an output keeps it, and the map that it needs (docs/formats.md).
inline constexpr std::string_view kFamiliarityName = "_verger/search/familiarity.json";
inline constexpr std::string_view kFamiliarityMapName = "_verger/search/familiarity.npy";

// Rows that are left out, spread evenly over the table.
inline constexpr std::size_t kMeasuredRows = 4096;
// So many neighbours of a photograph are looked at: the nearest by cosine need not be the nearest
// under the map.
inline constexpr std::size_t kFamiliarNeighbors = 5;

struct Nearness;

// What is said of a photograph.
struct Verdict {
  double share = 0;  // 0 … 1: so many of the result's own photographs have no larger a margin
  bool familiar = false;
};

// Immutable: many threads may ask.
class Familiarity {
 public:
  // The rows that are measured, of a table of so many.
  static std::vector<std::size_t> measured_rows(std::size_t rows) {
    return spread_rows(rows, kMeasuredRows);
  }

  // `nearest`: of each of measured_rows(), the kFamiliarNeighbors nearest other rows (all, when
  // there are fewer), nearest first; more may follow. Nothing where the table is too small to tell:
  // below 40 rows or 8 components. `table` needs no vectors.
  static Result<std::optional<Familiarity>> measure(const SearchTable& table, const ReadRow& read,
                                                    std::span<const std::vector<Neighbour>> nearest,
                                                    int threads, const CancelToken& cancel);

  // Judges a photograph with this vector and these neighbours, at least one, nearest first, of
  // which it looks at kFamiliarNeighbors. Fails where `read` does.
  Result<Verdict> judge(std::span<const float> unit, std::span<const Neighbour> neighbours,
                        const SearchTable& table, const ReadRow& read) const;

  std::size_t measured() const { return measured_; }
  // How nearness is told: "within-class", or "cosine" where there are no classes to tell.
  std::string_view metric() const { return whitening_ ? "within-class" : "cosine"; }
  // So large a share of the result's own photographs, left out, is taken for strangers.
  double false_alarms() const { return whitening_ ? 0.0125 : 0.025; }

  // Reads what the output keeps of the table that `searched` describes; nothing when it keeps none,
  // that of another table, or that of an earlier format. kIo when it is damaged.
  static Result<std::optional<Familiarity>> load(const Store& output,
                                                 const SearchedOutput& searched);
  // Writes the map, then the record.
  Status save(Store& output, const SearchedOutput& searched) const;

 private:
  static constexpr std::size_t kMarginSteps = 400;

  static Familiarity calibrate(const SearchTable& table, std::span<const std::size_t> rows,
                               std::span<const Nearness> nearness,
                               std::optional<ClassWhitening> whitening);
  double usual_of(const std::string& label) const;
  double share(const std::string& label, double nearness) const;

  std::size_t measured_ = 0;
  std::optional<ClassWhitening> whitening_;
  std::map<std::string, double> usual_;  // by label, of those with enough rows
  double usual_of_others_ = 0;
  std::vector<double> margins_;  // quantiles, at equal steps from the lowest to the highest
};

// Measures a table with vectors, and keeps nothing of it. The neighbours are exact. Runs on
// `threads` threads (at least 1). Advances by a row.
Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table, int threads,
                                                       const Watch& watch);
// The same of a table whose vectors are in this index, which looks the neighbours up.
Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table,
                                                       const NearestIndex& index, int threads,
                                                       const Watch& watch);

// What a report or a search left of a whole result: how much is known of what is familiar; "" when
// they left nothing. It is no part of the result, but searches refuse a damaged one, which is kIo.
Result<std::string> describe_familiarity(const Store& store);

}  // namespace verger
