// SPDX-License-Identifier: Apache-2.0
#include "output/records_json.h"

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/json_text.h"
#include "base/numbers.h"
#include "base/status_macros.h"

namespace verger {

using nlohmann::json;

Counts& Counts::operator+=(const Counts& other) {
  listed += other.listed;
  features += other.features;
  rejected += other.rejected;
  for (const auto& [reason, count] : other.rejected_by_reason) rejected_by_reason[reason] += count;
  return *this;
}

std::string utc_text(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::string text(sizeof "2025-01-31T12:00:00Z", '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

json counts_json(const Counts& counts) {
  return {{"listed", counts.listed},
          {"features", counts.features},
          {"rejected", counts.rejected},
          {"rejected_by_reason", counts.rejected_by_reason}};
}

int64_t parse_count(const json& count) {
  constexpr int64_t kMost = int64_t{1} << 53;
  // A larger number than int64_t holds comes out negative.
  const int64_t value = count.is_number_integer() ? count.get<int64_t>() : -1;
  if (value >= 0 && value <= kMost) return value;
  throw json::type_error::create(302, "a count must be a whole number from 0 to 2^53", &count);
}

namespace {

std::map<std::string, int64_t> parse_numbers(const json& from) {
  std::map<std::string, int64_t> numbers;
  for (const auto& [name, number] : from.items()) numbers[name] = parse_count(number);
  return numbers;
}

}  // namespace

Counts parse_counts(const json& counts) {
  Counts parsed{.listed = parse_count(counts.at("listed")),
                .features = parse_count(counts.at("features")),
                .rejected = parse_count(counts.at("rejected")),
                .rejected_by_reason = {}};
  parsed.rejected_by_reason = parse_numbers(counts.at("rejected_by_reason"));
  return parsed;
}

json passed_over_json(const PassedOver& passed_over) {
  return {{"by_reason", passed_over.by_reason}, {"kinds", passed_over.kinds}};
}

PassedOver parse_passed_over(const json& from) {
  return {.by_reason = parse_numbers(from.at("by_reason")),
          .kinds = parse_numbers(from.at("kinds"))};
}

json part_json(const PartInfo& part) {
  return {{"name", part.name}, {"rows", part.rows}, {"bytes", part.bytes}, {"sha256", part.sha256}};
}

PartInfo parse_part(const json& part) {
  return {.name = part.at("name"),
          .rows = parse_count(part.at("rows")),
          .bytes = parse_count(part.at("bytes")),
          .sha256 = part.at("sha256")};
}

void check_fractions(const json& document) {
  constexpr double kMost = int64_t{1} << 31;
  std::vector<const json*> open = {&document};  // not the call stack: a hostile one may be deep
  while (!open.empty()) {
    const json& value = *open.back();
    open.pop_back();
    if (value.is_number_float() && !(std::abs(value.get<double>()) < kMost)) {
      throw json::type_error::create(302, "a number with a fraction must be below 2^31", &value);
    }
    if (!value.is_structured()) continue;
    for (const json& element : value) open.push_back(&element);
  }
}

Status read_document(std::string_view format, const json& document,
                     const std::function<void()>& read, int version) {
  const auto expected = std::string(format) + " file of version " + format_count(version);
  try {
    check_fractions(document);
    if (document.at("format") == format && document.at("version") == version) {
      read();
      return {};
    }
    return Status::io("It is not a " + expected + ".");
  } catch (const json::exception& error) {
    return Status::io("It is not a " + expected + ": " + error.what() + ".");
  }
}

Result<json> read_json(const Store& store, const std::string& name) {
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store.read(name));
  json document = json::parse(bytes.begin(), bytes.end(), nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return Status::io(store.shown(name) + " is damaged: it is not JSON.");
  }
  return document;
}

Status write_json(Store& store, const std::string& name, const json& document) {
  return store.write(name, json_file(document));
}

std::string json_file(const json& document) { return json_text(document, 2) + '\n'; }

}  // namespace verger
