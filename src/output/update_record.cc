// SPDX-License-Identifier: Apache-2.0
#include "output/update_record.h"

#include <nlohmann/json.hpp>
#include <string>

#include "output/records_json.h"

namespace verger {

using nlohmann::json;

namespace {

json drift_json(const PcaDrift& drift) {
  return {{"variance_kept", drift.variance_kept},
          {"largest_angle", drift.largest_angle ? json(*drift.largest_angle) : json(nullptr)},
          {"k_before", drift.k_before},
          {"k_after", drift.k_after}};
}

PcaDrift parse_drift(const json& from) {
  PcaDrift drift{.variance_kept = from.at("variance_kept"),
                 .largest_angle = std::nullopt,
                 .k_before = from.at("k_before"),
                 .k_after = from.at("k_after")};
  if (!from.at("largest_angle").is_null())
    drift.largest_angle = from["largest_angle"].get<double>();
  return drift;
}

}  // namespace

json UpdateRecord::to_json() const {
  return {{"refit", refit_name(options.refit)},
          {"kept", kept},
          {"added", added},
          {"changed", changed},
          {"removed", removed},
          {"inferred", inferred},
          {"shards",
           {{"kept", shards.kept},
            {"rewritten", shards.rewritten},
            {"added", shards.added},
            {"removed", shards.removed}}},
          {"refitted", refitted},
          {"drift", drift ? drift_json(*drift) : json(nullptr)}};
}

UpdateRecord UpdateRecord::parse(const json& from) {
  UpdateRecord record;
  if (const auto refit = parse_refit(from.at("refit").get<std::string>()); refit.ok()) {
    record.options.refit = *refit;
  }
  record.kept = parse_count(from.at("kept"));
  record.added = parse_count(from.at("added"));
  record.changed = parse_count(from.at("changed"));
  record.removed = parse_count(from.at("removed"));
  record.inferred = parse_count(from.at("inferred"));
  const json& done = from.at("shards");
  record.shards = {.kept = parse_count(done.at("kept")),
                   .rewritten = parse_count(done.at("rewritten")),
                   .added = parse_count(done.at("added")),
                   .removed = parse_count(done.at("removed"))};
  record.refitted = from.at("refitted");
  if (!from.at("drift").is_null()) record.drift = parse_drift(from["drift"]);
  return record;
}

}  // namespace verger
