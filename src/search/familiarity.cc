// SPDX-License-Identifier: Apache-2.0
#include "search/familiarity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "search/all_nearest.h"

namespace verger {

// How near a photograph is, and to what.
struct Nearness {
  std::size_t row = 0;  // the nearest
  double value = 0;
  double unclassed = 0;  // what the value would be if the label of the row had no class
};

namespace {

constexpr std::size_t kFewestRows = 40;  // fewer have no quantile that is worth a verdict
constexpr double kUsual = 0.2;           // the quantile that is usual for a class
constexpr double kMeanWeight = 0.75;     // the mean of a class beside the nearest row

// Between the two values that are next to it, as numpy.quantile(). `sorted`: ascending, not empty.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - std::floor(place)) * (sorted[below + 1] - sorted[below]);
}

Nearness nearest_by_cosine(std::span<const Neighbour> neighbours) {
  const auto cosine = static_cast<double>(neighbours.front().cosine);
  return {.row = neighbours.front().row, .value = cosine, .unclassed = cosine};
}

// How near a photograph is under the map. `mean_of` gives the mean of a class under it.
template <class MeanOf>
Result<Nearness> nearest_under(const ClassWhitening& whitening, std::span<const float> unit,
                               std::span<const Neighbour> neighbours, const SearchTable& table,
                               const ReadRow& read, const MeanOf& mean_of) {
  const std::size_t width = unit.size();
  const std::size_t others = std::min(neighbours.size(), kFamiliarNeighbors);
  std::vector<float> units(unit.begin(), unit.end());
  units.resize((1 + others) * width);
  for (std::size_t i = 0; i < others; ++i) {
    const std::span other(units.data() + (1 + i) * width, width);
    VERGER_RETURN_IF_ERROR(read(neighbours[i].row, other));
  }
  std::vector<float> mapped(units.size());
  whitening.map(units, mapped);
  const std::span own(mapped.data(), width);
  Nearness best{.row = 0, .value = -2, .unclassed = 0};
  for (std::size_t i = 0; i < others; ++i) {
    const std::span other(mapped.data() + (1 + i) * width, width);
    const auto value = static_cast<double>(cosine_of_units(own, other));
    if (value > best.value) best = {.row = neighbours[i].row, .value = value, .unclassed = 0};
  }
  best.unclassed = (1 + kMeanWeight) * best.value;
  const auto number = whitening.class_of(table.label[best.row]);
  if (!number) {
    best.value = best.unclassed;
    return best;
  }
  best.value += kMeanWeight * static_cast<double>(cosine_of_units(own, mean_of(*number)));
  return best;
}

// The same of a row of the table, which is left out.
Result<Nearness> nearest_without(const ClassWhiteningFit& fit, std::size_t row,
                                 std::span<const Neighbour> neighbours, const SearchTable& table,
                                 const ReadRow& read) {
  const ClassWhitening& whitening = fit.whitening();
  std::vector<float> unit(table.width);
  VERGER_RETURN_IF_ERROR(read(row, unit));
  const auto own = fit.fitted(row) ? whitening.class_of(table.label[row]) : std::nullopt;
  std::vector<float> mean;
  const auto mean_of = [&](std::size_t number) -> std::span<const float> {
    if (number != own) return whitening.mean(number);
    mean = fit.mean_without(number, unit);
    return mean;
  };
  return nearest_under(whitening, unit, neighbours, table, read, mean_of);
}

}  // namespace

Familiarity Familiarity::calibrate(const SearchTable& table, std::span<const std::size_t> rows,
                                   std::span<const Nearness> nearness,
                                   std::optional<ClassWhitening> whitening) {
  Familiarity made;
  made.measured_ = rows.size();
  made.whitening_ = std::move(whitening);
  std::vector<double> all;
  std::map<std::string, std::vector<double>> by_label;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    all.push_back(nearness[i].unclassed);
    by_label[table.label[rows[i]]].push_back(nearness[i].value);
  }
  std::ranges::sort(all);
  made.usual_of_others_ = quantile(all, kUsual);
  for (auto& [label, values] : by_label) {
    if (values.size() < kFewestOfLabel) continue;
    std::ranges::sort(values);
    made.usual_[label] = quantile(values, kUsual);
  }
  std::vector<double> margins;
  for (const Nearness& of_row : nearness) {
    margins.push_back(of_row.value - made.usual_of(table.label[of_row.row]));
  }
  std::ranges::sort(margins);
  for (std::size_t step = 0; step <= kMarginSteps; ++step) {
    made.margins_.push_back(
        quantile(margins, static_cast<double>(step) / static_cast<double>(kMarginSteps)));
  }
  return made;
}

Result<std::optional<Familiarity>> Familiarity::measure(
    const SearchTable& table, const ReadRow& read, std::span<const std::vector<Neighbour>> nearest,
    int threads, const CancelToken& cancel) {
  const auto rows = measured_rows(table.size());
  assert(nearest.size() == rows.size());
  if (rows.size() < kFewestRows || table.width < kFewestComponents) {
    return std::optional<Familiarity>();
  }
  VERGER_ASSIGN_OR_RETURN(auto fit, ClassWhiteningFit::make(table, read, cancel));
  std::vector<Nearness> nearness(rows.size());
  if (!fit) {
    std::ranges::transform(nearest, nearness.begin(), nearest_by_cosine);
    return std::optional(calibrate(table, rows, nearness, std::nullopt));
  }
  const auto look_at = [&](std::size_t i) -> Status {
    VERGER_ASSIGN_OR_RETURN(nearness[i], nearest_without(*fit, rows[i], nearest[i], table, read));
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(rows.size(), threads, cancel, look_at));
  return std::optional(calibrate(table, rows, nearness, std::move(*fit).whitening()));
}

double Familiarity::usual_of(const std::string& label) const {
  const auto entry = usual_.find(label);
  return entry == usual_.end() ? usual_of_others_ : entry->second;
}

double Familiarity::share(const std::string& label, double nearness) const {
  const double margin = nearness - usual_of(label);
  const auto above = std::ranges::upper_bound(margins_, margin);
  if (above == margins_.begin()) return 0;
  if (above == margins_.end()) return 1;
  const double low = *(above - 1);
  const auto steps = static_cast<double>(above - 1 - margins_.begin());
  return (steps + (margin - low) / (*above - low)) / static_cast<double>(kMarginSteps);
}

Result<Verdict> Familiarity::judge(std::span<const float> unit,
                                   std::span<const Neighbour> neighbours, const SearchTable& table,
                                   const ReadRow& read) const {
  Nearness nearest = nearest_by_cosine(neighbours);
  if (whitening_) {
    const auto mean_of = [&](std::size_t number) { return whitening_->mean(number); };
    VERGER_ASSIGN_OR_RETURN(nearest,
                            nearest_under(*whitening_, unit, neighbours, table, read, mean_of));
  }
  const double of_own = share(table.label[nearest.row], nearest.value);
  return Verdict{.share = of_own, .familiar = of_own >= false_alarms()};
}

Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table, int threads,
                                                       const Watch& watch) {
  VERGER_ASSIGN_OR_RETURN(const auto nearest,
                          find_nearest_others(table, Familiarity::measured_rows(table.size()),
                                              kFamiliarNeighbors, threads, watch));
  if (table.size() < 2) return std::optional<Familiarity>();
  return Familiarity::measure(table, read_row_of(table), nearest, threads, watch.cancel);
}

Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table,
                                                       const NearestIndex& index, int threads,
                                                       const Watch& watch) {
  const auto rows = Familiarity::measured_rows(table.size());
  std::vector<std::vector<Neighbour>> nearest(rows.size());
  const auto look_up = [&](std::size_t i) -> Status {
    VERGER_ASSIGN_OR_RETURN(const auto vector, index.row(rows[i]));
    VERGER_ASSIGN_OR_RETURN(nearest[i], index.find(vector, kFamiliarNeighbors + 1));
    std::erase_if(nearest[i], [&](const Neighbour& other) { return other.row == rows[i]; });
    watch.observer.advanced(1, 0);
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(rows.size(), threads, watch.cancel, look_up));
  if (table.size() < 2) return std::optional<Familiarity>();
  return Familiarity::measure(table, read_row_of(index), nearest, threads, watch.cancel);
}

}  // namespace verger
