// SPDX-License-Identifier: Apache-2.0
// What is written down of each finished shard, in _verger/shards/ (docs/formats.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "output/records_json.h"
#include "parquet/tables.h"
#include "plan/shards.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Where moments lie: in a file, or with the rows of which they are sooner made than read.
struct StoredMoments {
  std::string features;            // the part; of no use where there is a file
  std::optional<PartInfo> file{};  // below the output
};

// Written when the shard's parts are complete; without it they do not count.
struct ShardManifest {
  Shard shard;
  Counts counts;
  std::string inputs_sha256;   // covers the images' fingerprints
  std::string options_sha256;  // covers everything that decides an image's features
  std::string model_sha256;    // names the PCA model that projected the shard at once; else ""
  PartInfo features;
  std::optional<PartInfo> rejected;  // absent when the shard rejected nothing
  std::optional<PartInfo> moments;   // absent when recomputing them reads less than they hold
  std::optional<PartInfo> pca;       // only with model_sha256
  std::optional<PartInfo> inputs;    // which images; absent in outputs of versions without updates

  std::string name() const;             // "_verger/shards/00007.json"
  std::vector<PartInfo> files() const;  // every file that it names

  // Was it made of the same images in the same way? Then its files serve in place of `other`'s.
  bool same_recipe(const ShardManifest& other) const;
  nlohmann::json to_json() const;
  static Result<ShardManifest> parse(const nlohmann::json& json);
};

// "_verger/moments/00007.moments"; with a mark "_verger/moments/00007-<mark>.moments", so that a
// shard which is done anew leaves the files that its standing manifest names alone; and a second
// attempt at a shard those of the first, by "00007-c001.moments".
std::string moments_name(std::size_t shard, const std::string& mark = {}, int attempt = 0);
// "_verger/inputs/00007.parquet"
std::string inputs_name(std::size_t shard, const std::string& mark = {}, int attempt = 0);

// kIo when it is absent or damaged.
Result<ShardManifest> read_shard_manifest(const Store& store, const std::string& name);

Status write_shard_manifest(Store& store, const ShardManifest& manifest);

// The manifests of an output, in the shards' order.
Result<std::vector<ShardManifest>> read_shard_manifests(const Store& store);

}  // namespace verger
