// SPDX-License-Identifier: Apache-2.0
#include "search/familiarity.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "output/records_json.h"
#include "search/all_nearest.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr std::string_view kFamiliarityFormat = "verger-familiarity";
constexpr std::size_t kFewestRows = 40;     // fewer have no quantile that is worth a verdict
constexpr std::size_t kFewestOfLabel = 10;  // else the label counts with the others
constexpr double kUsual = 0.2;              // the quantile that is usual for a class
constexpr std::size_t kMarginSteps = 200;

// Between the two values that are next to it, as numpy.quantile(). `sorted`: ascending, not empty.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - std::floor(place)) * (sorted[below + 1] - sorted[below]);
}

// Of the files of a pca table: the same rows, in the same parts, have the same.
std::string table_sha256(const SearchedOutput& searched) {
  std::string parts;
  for (const PartInfo& part : searched.reduction.parts) parts += part.sha256 + '\n';
  return sha256_hex(std::vector<uint8_t>(parts.begin(), parts.end()));
}

Status damaged_familiarity(const Store& output, const std::string& cause) {
  return Status::io("What is familiar, " + output.display_path(std::string(kFamiliarityName)) +
                    ", is damaged: " + cause + "; remove it, and it is measured again.");
}

}  // namespace

std::optional<Familiarity> Familiarity::measure(const SearchTable& table,
                                                std::span<const std::vector<Neighbour>> nearest) {
  const auto rows = measured_rows(table.size());
  assert(nearest.size() == rows.size());
  if (rows.size() < kFewestRows || table.width < kFewestComponents) return std::nullopt;
  Familiarity made;
  made.measured_ = rows.size();
  std::vector<double> all;
  std::map<std::string, std::vector<double>> by_label;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto cosine = static_cast<double>(nearest[i].front().cosine);
    all.push_back(cosine);
    by_label[table.label[rows[i]]].push_back(cosine);
  }
  std::ranges::sort(all);
  made.usual_of_others_ = quantile(all, kUsual);
  for (auto& [label, cosines] : by_label) {
    if (cosines.size() < kFewestOfLabel) continue;
    std::ranges::sort(cosines);
    made.usual_[label] = quantile(cosines, kUsual);
  }
  std::vector<double> margins;
  for (const auto& of_row : nearest) {
    const auto entry = made.usual_.find(table.label[of_row.front().row]);
    const double usual = entry == made.usual_.end() ? made.usual_of_others_ : entry->second;
    margins.push_back(static_cast<double>(of_row.front().cosine) - usual);
  }
  std::ranges::sort(margins);
  for (std::size_t step = 0; step <= kMarginSteps; ++step) {
    made.margins_.push_back(
        quantile(margins, static_cast<double>(step) / static_cast<double>(kMarginSteps)));
  }
  return made;
}

double Familiarity::share(const std::string& label, double cosine) const {
  const auto entry = usual_.find(label);
  const double margin = cosine - (entry == usual_.end() ? usual_of_others_ : entry->second);
  const auto above = std::ranges::upper_bound(margins_, margin);
  if (above == margins_.begin()) return 0;
  if (above == margins_.end()) return 1;
  const double low = *(above - 1);
  const auto steps = static_cast<double>(above - 1 - margins_.begin());
  return (steps + (margin - low) / (*above - low)) / static_cast<double>(kMarginSteps);
}

double Familiarity::share(const SearchTable& table, std::span<const Neighbour> neighbours) const {
  const Neighbour& nearest = neighbours.front();
  return share(table.label[nearest.row], static_cast<double>(nearest.cosine));
}

Result<std::optional<Familiarity>> Familiarity::load(const Store& output,
                                                     const SearchedOutput& searched) {
  const std::string name(kFamiliarityName);
  VERGER_ASSIGN_OR_RETURN(const bool exists, output.exists(name));
  if (!exists) return std::optional<Familiarity>();
  VERGER_ASSIGN_OR_RETURN(const json document, read_json(output, name));
  bool current = false;
  auto read = parse_document(kFamiliarityFormat, document, [&] {
    Familiarity kept;
    current = document.at("table_sha256").get<std::string>() == table_sha256(searched);
    kept.measured_ = static_cast<std::size_t>(parse_count(document.at("measured")));
    kept.usual_ = document.at("labels").get<std::map<std::string, double>>();
    kept.usual_of_others_ = document.at("other_labels");
    kept.margins_ = document.at("margins").get<std::vector<double>>();
    return kept;
  });
  if (!read.ok()) return damaged_familiarity(output, read.error().message());
  if (read->margins_.size() != kMarginSteps + 1 || !std::ranges::is_sorted(read->margins_)) {
    return damaged_familiarity(output, "its margins are no quantiles");
  }
  if (!current) return std::optional<Familiarity>();
  return std::optional<Familiarity>(*std::move(read));
}

Status Familiarity::save(Store& output, const SearchedOutput& searched) const {
  return write_json(output, std::string(kFamiliarityName),
                    {{"format", kFamiliarityFormat},
                     {"version", kJsonFormatVersion},
                     {"table_sha256", table_sha256(searched)},
                     {"rows", searched.rows()},
                     {"measured", measured_},
                     {"labels", usual_},
                     {"other_labels", usual_of_others_},
                     {"margins", margins_}});
}

Result<std::optional<Familiarity>> measure_familiarity(const SearchTable& table, int threads,
                                                       const CancelToken& cancel) {
  VERGER_ASSIGN_OR_RETURN(
      const auto nearest,
      find_nearest_others(table, Familiarity::measured_rows(table.size()), 1, threads, cancel));
  if (table.size() < 2) return std::optional<Familiarity>();
  return Familiarity::measure(table, nearest);
}

Result<std::string> describe_familiarity(const Store& store) {
  VERGER_ASSIGN_OR_RETURN(const bool exists, store.exists(std::string(kFamiliarityName)));
  if (!exists) return std::string();
  VERGER_ASSIGN_OR_RETURN(const auto searched, open_searched_output(store));
  VERGER_ASSIGN_OR_RETURN(const auto kept, Familiarity::load(store, searched));
  if (kept) return std::to_string(kept->measured()) + " rows tell what is familiar";
  return std::string("what is familiar is of another table; it is measured anew when it is needed");
}

}  // namespace verger
