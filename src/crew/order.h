// SPDX-License-Identifier: Apache-2.0
// The messages of the crew's protocol that a driver and a worker exchange: orders and outcomes
// (docs/crew.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/stage_times.h"
#include "output/shard_manifest.h"
#include "parquet/tables.h"
#include "plan/shards.h"
#include "shards/record_group.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

inline constexpr int kCrewProtocol = 1;

// The saved model to project by: its files in _verger/plan/.
struct OrderedModel {
  std::string prefix;  // with which their names begin
  std::string sha256;  // model_sha256()
};

// A shard: images → features, rejected; moments, or with `projection` pca.
struct ExtractOrder {
  ImageOptions image;
  bool strict = false;
  InputOptions input;  // the columns alone, of images and labels
  ModelOptions network;
  std::string network_sha256;  // what the loaded file must hash to
  std::string options_sha256;  // extraction_sha256()
  Shard shard;
  PartInfo plan;
  std::optional<OrderedModel> projection;

  struct Rewrite {
    ShardManifest manifest;  // that is replaced
    std::string rows;        // a letter a stored row: k kept, c changed, r removed
  };
  std::optional<Rewrite> rewrite;
};

// A features part → its moments; or with `merge` the moments of neighbours → those of them all.
struct MomentsOrder {
  bool merge = false;
  std::size_t number = 0;
  int width = 0;
  std::vector<StoredMoments> members;
};

// A features part → pca.
struct ProjectOrder {
  std::size_t number = 0;
  std::string features;
  OrderedModel projection;
};

// Records of a result → what they are found to be.
struct InspectOrder {
  std::size_t number = 0;
  RecordGroup group;
};

struct Order {
  std::string name;  // "extract-00007"
  int attempt = 0;
  std::string input;  // places, as URIs
  std::string output;
  std::string typed_input;  // the same as a person wrote them
  std::string typed_output;
  StorageOptions storage;
  Layout layout = Layout::kTables;
  std::string uuid;
  std::string mark;
  std::string lease;
  std::variant<ExtractOrder, MomentsOrder, ProjectOrder, InspectOrder> work;

  const char* stage() const;
  nlohmann::json to_json() const;
  static Result<Order> parse(const nlohmann::json& json);
};

// "extract-00007"
std::string order_name(const char* stage, std::size_t number);
// "moments" or "merge"
const char* moments_stage_name(bool merge);

// Who did an order, and what it took.
struct OrderEffort {
  std::string worker;  // one a process
  StageTimes times;
  double cpu_seconds = 0;
};

struct Outcome {
  std::string order;
  int attempt = 0;

  struct Extracted {
    ShardManifest manifest;
    bool features_changed = false;
  };
  struct Reduced {
    std::optional<PartInfo> moments;  // absent when the part is sooner read again
  };
  struct Projected {
    PartInfo part;
  };
  std::variant<Status, Extracted, Reduced, Projected, GroupFindings> result;  // a Status: an error
  OrderEffort effort{};

  nlohmann::json to_json() const;
  static Result<Outcome> parse(const nlohmann::json& json);
};

// {"kind", "message"}
nlohmann::json error_json(const Status& error);

// A line of a message, without its end. What is no UTF-8 becomes U+FFFD.
std::string line_of(const nlohmann::json& message);

}  // namespace verger
