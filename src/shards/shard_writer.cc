// SPDX-License-Identifier: Apache-2.0
#include "shards/shard_writer.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/fault_point.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/inputs_part.h"
#include "parquet/tables.h"
#include "plan/recipe.h"

namespace verger {

ShardWriter::ShardWriter(ShardRecipe recipe)
    : recipe_(std::move(recipe)),
      options_sha256_(extraction_sha256(recipe_.image, recipe_.model)) {}

Result<std::unique_ptr<OpenShard>> ShardWriter::begin(const Shard& shard) const {
  const auto& folders = recipe_.output.folders();
  const auto file = part_file_name(shard.number, recipe_.uuid, recipe_.attempt);
  VERGER_ASSIGN_OR_RETURN(auto features,
                          FeaturesPartWriter::open(store(), below(folders.features, file)));
  std::unique_ptr<OpenShard> open(new OpenShard(*this, shard, std::move(features)));
  if (recipe_.projection == nullptr) {
    open->moments_.emplace(recipe_.model.width);
  } else {
    VERGER_ASSIGN_OR_RETURN(open->pca_, PcaPartWriter::open(store(), below(folders.pca, file),
                                                            recipe_.layout, *recipe_.projection));
  }
  return open;
}

std::optional<ShardManifest> ShardWriter::standing(const ShardManifest& expected) const {
  auto manifest = read_shard_manifest(store(), expected.name());
  if (!manifest.ok() || !manifest->same_recipe(expected)) return std::nullopt;
  const bool ours = manifest->features.name.find('-' + recipe_.uuid + '-') != std::string::npos;
  return ours ? std::optional(*std::move(manifest)) : std::nullopt;
}

ShardManifest ShardWriter::expected(const Shard& shard, const ImageSource& source,
                                    std::span<const std::size_t> images) const {
  ShardManifest manifest;
  manifest.shard = shard;
  Sha256 inputs;
  for (const std::size_t image : images) inputs.update(source.fingerprint(image) + '\n');
  manifest.inputs_sha256 = inputs.finish();
  manifest.options_sha256 = options_sha256_;
  manifest.model_sha256 = recipe_.projection_sha256;
  return manifest;
}

OpenShard::OpenShard(const ShardWriter& writer, const Shard& shard, FeaturesPartWriter features)
    : writer_(writer), recipe_(writer.recipe_), shard_(shard), features_(std::move(features)) {}

Status OpenShard::add(const FeatureRows& rows, std::vector<RejectedRow> rejected) {
  std::ranges::move(rejected, std::back_inserter(rejected_));
  VERGER_RETURN_IF_ERROR(features_.add(rows));
  return pca_ ? pca_->add(rows) : moments_->add(rows.features);
}

Result<FinishedShard> OpenShard::finish(const ImageSource& source,
                                        std::span<const std::size_t> images) {
  FinishedShard finished{.manifest = writer_.expected(shard_, source, images)};
  ShardManifest& manifest = finished.manifest;
  VERGER_RETURN_IF_ERROR(finish_parts(manifest));
  VERGER_RETURN_IF_ERROR(write_inputs(source, images, manifest));
  if (moments_) VERGER_RETURN_IF_ERROR(write_moments(manifest));
  finished.moments = std::move(moments_);
  fault_point("shard-data-written");
  // The quicker of two attempts counts; the slower one's files are removed at the run's end.
  if (recipe_.shared) {
    if (auto other = writer_.standing(manifest)) {
      manifest = *std::move(other);
      return finished;
    }
  }
  VERGER_RETURN_IF_ERROR(write_json(writer_.store(), manifest.name(), manifest.to_json()));
  fault_point("shard-committed");
  return finished;
}

Status OpenShard::finish_parts(ShardManifest& manifest) {
  VERGER_ASSIGN_OR_RETURN(manifest.features, features_.finish());
  if (!rejected_.empty()) {
    const auto name = below(recipe_.output.folders().rejected,
                            part_file_name(shard_.number, recipe_.uuid, recipe_.attempt));
    VERGER_ASSIGN_OR_RETURN(manifest.rejected,
                            write_rejected_part(writer_.store(), name, rejected_));
  }
  if (pca_) {
    VERGER_ASSIGN_OR_RETURN(manifest.pca, pca_->finish());
  }
  manifest.counts = {.listed = static_cast<int64_t>(shard_.size()),
                     .features = manifest.features.rows,
                     .rejected = static_cast<int64_t>(rejected_.size()),
                     .rejected_by_reason = {}};
  for (const auto& row : rejected_) {
    manifest.counts.rejected_by_reason[std::string(reject_reason_name(row.reason))] += 1;
  }
  return {};
}

Status OpenShard::write_inputs(const ImageSource& source, std::span<const std::size_t> images,
                               ShardManifest& manifest) const {
  InputRows rows;
  for (const std::size_t image : images) {
    rows.path.push_back(source.path(image));
    rows.stamp.push_back(stamp_of(source.fingerprint(image)));
  }
  const auto name = inputs_name(shard_.number, recipe_.mark, recipe_.attempt);
  VERGER_ASSIGN_OR_RETURN(manifest.inputs, write_inputs_part(writer_.store(), name, rows));
  return {};
}

// Moments take about width² × 4 bytes. A shard of fewer rows than columns is sooner read again, so
// only larger ones keep theirs on disk.
Status OpenShard::write_moments(ShardManifest& manifest) {
  if (moments_->count() < moments_->width()) return {};
  const auto bytes = moments_->serialise();
  manifest.moments = PartInfo{.name = moments_name(shard_.number, recipe_.mark, recipe_.attempt),
                              .rows = moments_->count(),
                              .bytes = static_cast<int64_t>(bytes.size()),
                              .sha256 = sha256_hex(bytes)};
  return writer_.store().write(manifest.moments->name, bytes);
}

}  // namespace verger
