// SPDX-License-Identifier: Apache-2.0
#include "output/shard_manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "base/zero_filled.h"
#include "output/output_folder.h"

namespace verger {

using nlohmann::json;

namespace {

std::string marked_name(std::size_t shard, const std::string& mark, int attempt,
                        const char* ending) {
  std::string name = zero_filled(shard, 5);
  if (!mark.empty()) name += '-' + mark;
  if (attempt > 0) name += "-c" + zero_filled(static_cast<std::size_t>(attempt), 3);
  return name + ending;
}

json optional_part(const std::optional<PartInfo>& part) {
  return part ? part_json(*part) : json(nullptr);
}

std::optional<PartInfo> parse_optional_part(const json& part) {
  if (part.is_null()) return std::nullopt;
  return parse_part(part);
}

}  // namespace

std::string ShardManifest::name() const {
  return below(kShardsFolder, zero_filled(shard.number, 5) + ".json");
}

std::vector<PartInfo> ShardManifest::files() const {
  std::vector<PartInfo> named = {features};
  for (const auto& part : {rejected, moments, pca, inputs}) {
    if (part) named.push_back(*part);
  }
  return named;
}

bool ShardManifest::same_recipe(const ShardManifest& other) const {
  return shard.number == other.shard.number && shard.begin == other.shard.begin &&
         shard.end == other.shard.end && inputs_sha256 == other.inputs_sha256 &&
         options_sha256 == other.options_sha256 && model_sha256 == other.model_sha256;
}

std::string moments_name(std::size_t shard, const std::string& mark, int attempt) {
  return below(kMomentsFolder, marked_name(shard, mark, attempt, ".moments"));
}

std::string inputs_name(std::size_t shard, const std::string& mark, int attempt) {
  return below(kInputsFolder, marked_name(shard, mark, attempt, ".parquet"));
}

json ShardManifest::to_json() const {
  return {{"format", "verger-shard"},
          {"version", kJsonFormatVersion},
          {"shard", shard.number},
          {"begin", shard.begin},
          {"end", shard.end},
          {"counts", counts_json(counts)},
          {"inputs_sha256", inputs_sha256},
          {"options_sha256", options_sha256},
          {"model_sha256", model_sha256},
          {"features", part_json(features)},
          {"rejected", optional_part(rejected)},
          {"moments", optional_part(moments)},
          {"pca", optional_part(pca)},
          {"inputs", optional_part(inputs)}};
}

Result<ShardManifest> ShardManifest::parse(const json& from) {
  return parse_document("verger-shard", from, [&] {
    return ShardManifest{
        .shard = {.number = static_cast<std::size_t>(parse_count(from.at("shard"))),
                  .begin = static_cast<std::size_t>(parse_count(from.at("begin"))),
                  .end = static_cast<std::size_t>(parse_count(from.at("end")))},
        .counts = parse_counts(from.at("counts")),
        .inputs_sha256 = from.at("inputs_sha256"),
        .options_sha256 = from.at("options_sha256"),
        .model_sha256 = from.at("model_sha256"),
        .features = parse_part(from.at("features")),
        .rejected = parse_optional_part(from.at("rejected")),
        .moments = parse_optional_part(from.at("moments")),
        .pca = parse_optional_part(from.at("pca")),
        .inputs = parse_optional_part(from.value("inputs", json(nullptr)))};
  });
}

Result<ShardManifest> read_shard_manifest(const Store& store, const std::string& name) {
  VERGER_ASSIGN_OR_RETURN(const json document, read_json(store, name));
  auto manifest = ShardManifest::parse(document);
  if (manifest.ok()) return manifest;
  return Status::io(store.shown(name) + ": " + manifest.error().message());
}

Status write_shard_manifest(Store& store, const ShardManifest& manifest) {
  return write_json(store, manifest.name(), manifest.to_json());
}

Result<std::vector<ShardManifest>> read_shard_manifests(const Store& store) {
  VERGER_ASSIGN_OR_RETURN(const auto files, store.list(std::string(kShardsFolder), false, true));
  std::vector<ShardManifest> manifests(files.size());
  const CancelToken never;
  const auto read = [&](std::size_t i) -> Status {
    VERGER_ASSIGN_OR_RETURN(manifests[i], read_shard_manifest(store, files[i].name));
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(files.size(), store.default_reads_in_flight(), never, read));
  std::sort(manifests.begin(), manifests.end(),
            [](const auto& a, const auto& b) { return a.shard.number < b.shard.number; });
  return manifests;
}

}  // namespace verger
