// SPDX-License-Identifier: Apache-2.0
// JSON files of a run: reading, writing, and the pieces that several of them share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "parquet/tables.h"
#include "plan/selection.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

inline constexpr int kJsonFormatVersion = 1;

// listed = features + rejected.
struct Counts {
  int64_t listed = 0;
  int64_t features = 0;
  int64_t rejected = 0;
  std::map<std::string, int64_t> rejected_by_reason;

  Counts& operator+=(const Counts& other);
  bool operator==(const Counts&) const = default;
};

// Seconds since the Unix epoch as "2025-01-31T12:00:00Z".
std::string utc_text(int64_t seconds);

nlohmann::json counts_json(const Counts& counts);
nlohmann::json passed_over_json(const PassedOver& passed_over);
nlohmann::json part_json(const PartInfo& part);
// These throw nlohmann::json::exception when the document is not of the form: call them below
// parse_document().
// A whole number from 0 to 2^53: sums of a run's counts stay within int64_t.
int64_t parse_count(const nlohmann::json& from);
Counts parse_counts(const nlohmann::json& from);
PassedOver parse_passed_over(const nlohmann::json& from);
PartInfo parse_part(const nlohmann::json& from);

// Throws nlohmann::json::exception when a number with a fraction is 2^31 or more: no field is so
// large, and to make an int of it, where one is read, would not be defined.
void check_fractions(const nlohmann::json& document);

// Runs `read` when the document says that it is of `format` and `version`; a document of another
// form, and one of which `read` throws nlohmann::json::exception, is kIo.
Status read_document(std::string_view format, const nlohmann::json& document,
                     const std::function<void()>& read, int version = kJsonFormatVersion);

// The same, for what `parse` makes of the document.
template <class Parse>
auto parse_document(std::string_view format, const nlohmann::json& document, const Parse& parse,
                    int version = kJsonFormatVersion) -> Result<decltype(parse())> {
  std::optional<decltype(parse())> parsed;
  const Status status = read_document(format, document, [&] { parsed.emplace(parse()); }, version);
  if (!status.ok()) return status;
  return *std::move(parsed);
}

// Reads and parses a JSON file; kIo when it is absent or is not JSON.
Result<nlohmann::json> read_json(const Store& store, const std::string& name);
// What write_json() writes.
std::string json_file(const nlohmann::json& json);
Status write_json(Store& store, const std::string& name, const nlohmann::json& json);

}  // namespace verger
