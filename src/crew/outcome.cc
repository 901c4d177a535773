// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"
#include "base/status_macros.h"
#include "crew/order.h"
#include "crew/parse_message.h"
#include "output/records_json.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr std::array<std::pair<StatusCode, const char*>, 5> kKinds = {
    {{StatusCode::kInvalidArgument, "argument"},
     {StatusCode::kIo, "io"},
     {StatusCode::kModel, "model"},
     {StatusCode::kCheckFailed, "check"},
     {StatusCode::kCancelled, "cancelled"}}};

Status parse_error(const json& from) {
  const std::string kind = from.at("kind");
  for (const auto& [code, name] : kKinds) {
    if (kind == name) return {code, from.at("message").get<std::string>()};
  }
  return Status::io(from.at("message").get<std::string>());
}

// StageTimes by name.
constexpr std::array<std::pair<const char*, int64_t StageTimes::*>, 10> kTimes = {
    {{"fetch", &StageTimes::fetch_ns},
     {"held", &StageTimes::held_ns},
     {"starved", &StageTimes::starved_ns},
     {"decode", &StageTimes::decode_ns},
     {"infer", &StageTimes::infer_ns},
     {"write", &StageTimes::write_ns},
     {"bytes", &StageTimes::bytes},
     {"readers", &StageTimes::reader_count},
     {"workers", &StageTimes::worker_count},
     {"wall", &StageTimes::wall_ns}}};

json effort_json(const OrderEffort& effort) {
  json times = json::object();
  for (const auto& [name, field] : kTimes) times[name] = effort.times.*field;
  return {{"worker", effort.worker}, {"cpu_seconds", effort.cpu_seconds}, {"times", times}};
}

OrderEffort parse_effort(const json& from) {
  OrderEffort done{.worker = from.at("worker"), .times = {}, .cpu_seconds = from.at("cpu_seconds")};
  for (const auto& [name, field] : kTimes) done.times.*field = from.at("times").at(name);
  return done;
}

json table_json(const TableSize& table) {
  return {{"rows", table.rows}, {"bytes", table.bytes}, {"parts", table.parts}};
}

TableSize parse_table(const json& from) {
  return {.rows = parse_count(from.at("rows")),
          .bytes = parse_count(from.at("bytes")),
          .parts = from.at("parts")};
}

json findings_json(const GroupFindings& findings) {
  return {{"first", findings.first},
          {"begin", findings.begin},
          {"end", findings.end},
          {"gap", findings.gap},
          {"unreconciled", findings.unreconciled},
          {"file_fault", findings.file_fault},
          {"counts", counts_json(findings.counts)},
          {"files", findings.files},
          {"features", table_json(findings.features)},
          {"rejected", table_json(findings.rejected)}};
}

GroupFindings parse_findings(const json& from) {
  const auto number = [&](const char* name) {
    return static_cast<std::size_t>(parse_count(from.at(name)));
  };
  return {.first = number("first"),
          .begin = number("begin"),
          .end = number("end"),
          .gap = from.at("gap"),
          .unreconciled = from.at("unreconciled"),
          .file_fault = from.at("file_fault"),
          .counts = parse_counts(from.at("counts")),
          .files = parse_count(from.at("files")),
          .features = parse_table(from.at("features")),
          .rejected = parse_table(from.at("rejected"))};
}

}  // namespace

json Outcome::to_json() const {
  json outcome = {{"type", "outcome"}, {"order", order}, {"attempt", attempt}};
  if (const auto* error = std::get_if<Status>(&result)) {
    outcome["error"] = error_json(*error);
    return outcome;
  }
  if (const auto* shard = std::get_if<Extracted>(&result)) {
    outcome["manifest"] = shard->manifest.to_json();
    outcome["features_changed"] = shard->features_changed;
  } else if (const auto* reduced = std::get_if<Reduced>(&result)) {
    outcome["moments"] = reduced->moments ? part_json(*reduced->moments) : json(nullptr);
  } else if (const auto* findings = std::get_if<GroupFindings>(&result)) {
    outcome["findings"] = findings_json(*findings);
  } else {
    outcome["part"] = part_json(std::get<Projected>(result).part);
  }
  outcome["effort"] = effort_json(effort);
  return outcome;
}

Result<Outcome> Outcome::parse(const json& from) {
  // A manifest parses by itself.
  std::optional<ShardManifest> manifest;
  if (from.is_object() && from.contains("manifest")) {
    VERGER_ASSIGN_OR_RETURN(manifest, ShardManifest::parse(from["manifest"]));
  }
  return parse_message("outcome", from, [&] {
    Outcome outcome{.order = from.at("order"), .attempt = from.at("attempt"), .result = Status()};
    if (from.contains("error")) {
      outcome.result = parse_error(from["error"]);
      return outcome;
    }
    outcome.effort = parse_effort(from.at("effort"));
    if (manifest) {
      outcome.result = Extracted{.manifest = *std::move(manifest),
                                 .features_changed = from.at("features_changed")};
    } else if (from.contains("part")) {
      outcome.result = Projected{parse_part(from["part"])};
    } else if (from.contains("findings")) {
      outcome.result = parse_findings(from["findings"]);
    } else {
      const json& moments = from.at("moments");
      outcome.result =
          Reduced{moments.is_null() ? std::nullopt : std::optional(parse_part(moments))};
    }
    return outcome;
  });
}

json error_json(const Status& error) {
  const char* kind = "io";
  for (const auto& [code, name] : kKinds) {
    if (error.code() == code) kind = name;
  }
  return {{"kind", kind}, {"message", error.message()}};
}

std::string line_of(const json& message) { return json_text(message); }

}  // namespace verger
