// SPDX-License-Identifier: Apache-2.0
// Bytes → what an output keeps of what is familiar → a verdict on a photograph.
//
// The input is familiarity.json, then familiarity.npy; a line "\n--\n" parts them. The table has
// kRows rows of kWidth components, and its parts the hash that the inputs of corpus/ name.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "folder.h"
#include "search/familiarity.h"
#include "target.h"

namespace verger {

namespace {

constexpr std::size_t kWidth = 8;
constexpr std::size_t kRows = 6;

SearchTable small_table() {
  SearchTable table;
  table.width = kWidth;
  table.unit.resize(kRows * kWidth);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t i = 0; i < kWidth; ++i) table.unit[row * kWidth + i] = i == row ? 1 : 0.1F;
    table.path.push_back(std::to_string(row));
    table.label.emplace_back(row % 2 == 0 ? "even" : "odd");
  }
  return table;
}

// What a search knows of that table; its parts are as those of corpus/.
SearchedOutput searched_table() {
  SearchedOutput searched;
  searched.reduction.parts.push_back({.name = "pca/part", .rows = kRows, .sha256 = "a"});
  searched.run.reduction = RunRecord::Reduction{.k = kWidth};
  return searched;
}

void read_and_judge(std::string_view record, std::string_view map) {
  static Folder files;
  static const SearchTable table = small_table();
  static const SearchedOutput searched = searched_table();
  const auto bytes = [](std::string_view text) {
    return std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  files.with(std::string(kFamiliarityMapName), bytes(map));
  const auto& store = files.with(std::string(kFamiliarityName), bytes(record));
  const auto kept = Familiarity::load(*store, searched);
  if (!kept.ok() || !*kept) return;
  const std::vector<Neighbour> nearest = {{.row = 1, .cosine = 0.9F}, {.row = 2, .cosine = 0.5F}};
  const auto verdict = (*kept)->judge(table.row(0), nearest, table, read_row_of(table));
  require(verdict.ok(), "what was read judges");
  require(verdict->share >= 0 && verdict->share <= 1, "a share is one");
  require((*kept)->save(*store, searched).ok(), "what was read is written");
  const auto again = Familiarity::load(*store, searched);
  require(again.ok() && *again, "what was written is read");
  const auto same = (*again)->judge(table.row(0), nearest, table, read_row_of(table));
  require(same.ok() && same->share == verdict->share, "it is the same");
}

// The record with the hash of the map: a random one would never be.
std::string with_checksum(std::string_view record, std::string_view map) {
  auto json = nlohmann::json::parse(record, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::string(record);
  json["map_sha256"] = sha256_hex({reinterpret_cast<const uint8_t*>(map.data()), map.size()});
  return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::string_view kSeparator = "\n--\n";
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find(kSeparator), input.size());
  const std::string_view record = input.substr(0, end);
  const std::string_view map = input.substr(std::min(end + kSeparator.size(), input.size()));
  verger::read_and_judge(record, map);
  verger::read_and_judge(verger::with_checksum(record, map), map);
  return 0;
}
