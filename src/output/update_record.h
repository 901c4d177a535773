// SPDX-License-Identifier: Apache-2.0
// What an update writes down of itself in _verger/run.json (docs/formats.md).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "pca/drift.h"
#include "verger/options.h"

namespace verger {

struct UpdateRecord {
  UpdateOptions options;

  // Images, against what was found in the output.
  int64_t kept = 0;
  int64_t added = 0;
  int64_t changed = 0;
  int64_t removed = 0;
  int64_t inferred = 0;  // read and taken through the network

  struct Shards {
    int64_t kept = 0;
    int64_t rewritten = 0;
    int64_t added = 0;
    int64_t removed = 0;
  };
  Shards shards;

  bool refitted = false;          // the model was fitted anew
  std::optional<PcaDrift> drift;  // absent when there was no earlier model to compare

  nlohmann::json to_json() const;
  // Throws nlohmann::json::exception: call it below parse_document().
  static UpdateRecord parse(const nlohmann::json& from);
};

}  // namespace verger
