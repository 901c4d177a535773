#include "shards/shard_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/fault_point.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/inputs_part.h"
#include "parquet/pca_part.h"
#include "parquet/tables.h"
#include "plan/recipe.h"

namespace verger {

namespace {

Counts count(const ShardResult& result) {
  Counts counts{.listed = static_cast<int64_t>(result.shard.size()),
                .features = static_cast<int64_t>(result.features.size()),
                .rejected = static_cast<int64_t>(result.rejected.size()),
                .rejected_by_reason = {}};
  for (const auto& row : result.rejected) {
    counts.rejected_by_reason[std::string(reject_reason_name(row.reason))] += 1;
  }
  return counts;
}

}  // namespace

ShardWriter::ShardWriter(ShardRecipe recipe)
    : recipe_(std::move(recipe)),
      options_sha256_(extraction_sha256(recipe_.image, recipe_.model)) {}

Result<FinishedShard> ShardWriter::write(const ShardResult& result, const ImageSource& source,
                                         std::span<const std::size_t> images) const {
  FinishedShard finished{.manifest = expected(result.shard, source, images)};
  ShardManifest& manifest = finished.manifest;
  manifest.counts = count(result);
  VERGER_RETURN_IF_ERROR(write_parts(result, manifest));
  VERGER_RETURN_IF_ERROR(write_inputs(source, images, manifest));
  if (recipe_.projection == nullptr) {
    VERGER_ASSIGN_OR_RETURN(finished.moments, write_moments(result, manifest));
  }
  fault_point("shard-data-written");
  // The quicker of two attempts counts; the slower one's files are removed at the run's end.
  if (recipe_.shared) {
    if (auto other = standing(manifest)) {
      manifest = *std::move(other);
      return finished;
    }
  }
  VERGER_RETURN_IF_ERROR(write_json(store(), manifest.name(), manifest.to_json()));
  fault_point("shard-committed");
  return finished;
}

std::optional<ShardManifest> ShardWriter::standing(const ShardManifest& expected) const {
  auto manifest = read_shard_manifest(store(), expected.name());
  if (!manifest.ok() || !manifest->same_recipe(expected)) return std::nullopt;
  const bool ours = manifest->features.name.find('-' + recipe_.uuid + '-') != std::string::npos;
  return ours ? std::optional(*std::move(manifest)) : std::nullopt;
}

std::string ShardWriter::part_name(const std::string& folder, const ShardResult& result) const {
  return below(folder, part_file_name(result.shard.number, recipe_.uuid, recipe_.attempt));
}

Status ShardWriter::write_parts(const ShardResult& result, ShardManifest& manifest) const {
  const auto& folders = recipe_.output.folders();
  VERGER_ASSIGN_OR_RETURN(
      manifest.features,
      write_features_part(store(), part_name(folders.features, result), result.features));
  if (!result.rejected.empty()) {
    VERGER_ASSIGN_OR_RETURN(
        manifest.rejected,
        write_rejected_part(store(), part_name(folders.rejected, result), result.rejected));
  }
  if (recipe_.projection == nullptr) return {};
  VERGER_ASSIGN_OR_RETURN(manifest.pca,
                          write_pca_part(store(), part_name(folders.pca, result), recipe_.layout,
                                         result.features, *recipe_.projection));
  return {};
}

Status ShardWriter::write_inputs(const ImageSource& source, std::span<const std::size_t> images,
                                 ShardManifest& manifest) const {
  InputRows rows;
  for (const std::size_t image : images) {
    rows.path.push_back(source.path(image));
    rows.stamp.push_back(stamp_of(source.fingerprint(image)));
  }
  const auto name = inputs_name(manifest.shard.number, recipe_.mark, recipe_.attempt);
  VERGER_ASSIGN_OR_RETURN(manifest.inputs, write_inputs_part(store(), name, rows));
  return {};
}

// Moments take about width² × 4 bytes. A shard of fewer rows than columns is sooner read again, so
// only larger ones keep theirs on disk.
Result<Moments> ShardWriter::write_moments(const ShardResult& result,
                                           ShardManifest& manifest) const {
  Moments moments(recipe_.model.width);
  VERGER_RETURN_IF_ERROR(moments.add(result.features.features));
  if (moments.count() < moments.width()) return moments;
  const auto bytes = moments.serialise();
  manifest.moments =
      PartInfo{.name = moments_name(result.shard.number, recipe_.mark, recipe_.attempt),
               .rows = moments.count(),
               .bytes = static_cast<int64_t>(bytes.size()),
               .sha256 = sha256_hex(bytes)};
  VERGER_RETURN_IF_ERROR(store().write(manifest.moments->name, bytes));
  return moments;
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

}  // namespace verger
