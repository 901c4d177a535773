// SPDX-License-Identifier: Apache-2.0
// What an output keeps of what is familiar (docs/formats.md).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ranges>
#include <utility>

#include "base/numbers.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "output/records_json.h"
#include "search/familiarity.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr std::string_view kFamiliarityFormat = "verger-familiarity";
constexpr int kFamiliarityVersion = 2;
constexpr double kMost = 4;  // more than any nearness or margin

// Covers the files of a pca table: the same rows, in the same parts, have the same.
std::string table_sha256(const SearchedOutput& searched) {
  std::string parts;
  for (const PartInfo& part : searched.reduction.parts) parts += part.sha256 + '\n';
  return sha256_hex(std::vector<uint8_t>(parts.begin(), parts.end()));
}

Status damaged_familiarity(const Store& output, const std::string& cause) {
  return Status::io("What is familiar, " + output.shown(std::string(kFamiliarityName)) +
                    ", is damaged: " + cause + "; remove it, and it is measured again.");
}

// What was written before there was a map; it is measured anew.
bool is_of_earlier_version(const json& document) {
  return document.is_object() && document.contains("version") &&
         document.at("version") == kFamiliarityVersion - 1;
}

// What the record says of the map beside it.
struct MapRecord {
  std::string sha256;  // "" where there is no map
  std::vector<std::string> labels;
};

Result<ClassWhitening> load_map(const Store& output, const SearchedOutput& searched,
                                MapRecord record) {
  VERGER_ASSIGN_OR_RETURN(const auto bytes, output.read(std::string(kFamiliarityMapName)));
  if (sha256_hex(bytes) != record.sha256) {
    return damaged_familiarity(output, "its map has another SHA-256 than recorded");
  }
  auto map = ClassWhitening::decode(bytes, searched.width(), std::move(record.labels));
  if (!map) return damaged_familiarity(output, "its map is not of the table's components");
  return *std::move(map);
}

}  // namespace

Result<std::optional<Familiarity>> Familiarity::load(const Store& output,
                                                     const SearchedOutput& searched) {
  const std::string name(kFamiliarityName);
  VERGER_ASSIGN_OR_RETURN(const bool exists, output.exists(name));
  if (!exists) return std::optional<Familiarity>();
  VERGER_ASSIGN_OR_RETURN(const json document, read_json(output, name));
  if (is_of_earlier_version(document)) return std::optional<Familiarity>();
  bool current = false;
  MapRecord map;
  auto read = parse_document(
      kFamiliarityFormat, document,
      [&] {
        Familiarity kept;
        current = document.at("table_sha256").get<std::string>() == table_sha256(searched);
        kept.measured_ = static_cast<std::size_t>(parse_count(document.at("measured")));
        kept.usual_ = document.at("labels").get<std::map<std::string, double>>();
        kept.usual_of_others_ = document.at("other_labels");
        kept.margins_ = document.at("margins").get<std::vector<double>>();
        map = {.sha256 = document.at("map_sha256"), .labels = document.at("map_labels")};
        return kept;
      },
      kFamiliarityVersion);
  if (!read.ok()) return damaged_familiarity(output, read.error().message());
  if (read->margins_.size() != kMarginSteps + 1 || !std::ranges::is_sorted(read->margins_)) {
    return damaged_familiarity(output, "its margins are no quantiles");
  }
  const auto possible = [](double value) { return std::abs(value) <= kMost; };
  if (!std::ranges::all_of(read->margins_, possible) || !possible(read->usual_of_others_) ||
      !std::ranges::all_of(std::views::values(read->usual_), possible)) {
    return damaged_familiarity(output, "its numbers are larger than any nearness");
  }
  if (!current) return std::optional<Familiarity>();
  if (!map.sha256.empty()) {
    VERGER_ASSIGN_OR_RETURN(read->whitening_, load_map(output, searched, std::move(map)));
  }
  return std::optional<Familiarity>(*std::move(read));
}

Status Familiarity::save(Store& output, const SearchedOutput& searched) const {
  MapRecord record;
  if (whitening_) {
    const auto map = whitening_->encode();
    record = {.sha256 = sha256_hex(map), .labels = whitening_->labels()};
    VERGER_RETURN_IF_ERROR(output.write(std::string(kFamiliarityMapName), map));
  }
  return write_json(output, std::string(kFamiliarityName),
                    {{"format", kFamiliarityFormat},
                     {"version", kFamiliarityVersion},
                     {"table_sha256", table_sha256(searched)},
                     {"rows", searched.rows()},
                     {"measured", measured_},
                     {"metric", metric()},
                     {"map_sha256", record.sha256},
                     {"map_labels", record.labels},
                     {"labels", usual_},
                     {"other_labels", usual_of_others_},
                     {"margins", margins_}});
}

Result<std::string> describe_familiarity(const Store& store) {
  VERGER_ASSIGN_OR_RETURN(const bool exists, store.exists(std::string(kFamiliarityName)));
  if (!exists) return std::string();
  VERGER_ASSIGN_OR_RETURN(const auto searched, open_searched_output(store));
  VERGER_ASSIGN_OR_RETURN(const auto kept, Familiarity::load(store, searched));
  if (kept) {
    return format_count(kept->measured()) + (kept->measured() == 1 ? " row tells" : " rows tell") +
           " what is familiar" + (kept->metric() == "cosine" ? ", without classes" : "");
  }
  return std::string("what is familiar is of another table; it is measured anew when it is needed");
}

}  // namespace verger
