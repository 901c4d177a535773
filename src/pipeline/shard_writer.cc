#include "pipeline/shard_writer.h"

#include <algorithm>
#include <utility>

#include "base/fault_point.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "parquet/inputs_part.h"
#include "parquet/pca_part.h"
#include "parquet/tables.h"
#include "pipeline/reduction.h"
#include "plan/recipe.h"

namespace verger {

ShardWriter::ShardWriter(ShardWriterSetup setup)
    : setup_(std::move(setup)), options_sha256_(extraction_sha256(setup_.image, setup_.model)) {
  written_.features_parts.resize(setup_.shards);
  if (setup_.projection != nullptr) {
    written_.projections.resize(setup_.shards);
  } else {
    written_.moments.emplace(setup_.model.width, setup_.shards);
  }
}

Status ShardWriter::write(const ShardResult& result, std::span<const std::size_t> images) {
  ShardManifest manifest = expected(result.shard, images);
  count(result, manifest);
  VERGER_RETURN_IF_ERROR(write_parts(result, manifest));
  VERGER_RETURN_IF_ERROR(write_inputs(images, manifest));
  if (setup_.projection != nullptr) {
    VERGER_RETURN_IF_ERROR(write_projection_part(result, manifest));
  } else {
    VERGER_RETURN_IF_ERROR(write_moments(result, manifest));
  }
  fault_point("shard-data-written");
  VERGER_RETURN_IF_ERROR(write_shard_manifest(setup_.output.store(), manifest));
  fault_point("shard-committed");
  enter(manifest);
  return {};
}

std::size_t ShardWriter::position(std::size_t number) const {
  if (setup_.numbers.empty()) return number;
  const auto found = std::ranges::lower_bound(setup_.numbers, number);
  return static_cast<std::size_t>(found - setup_.numbers.begin());
}

// The shard is finished: its files belong to the result.
void ShardWriter::enter(const ShardManifest& manifest) {
  const std::size_t shard = position(manifest.shard.number);
  const std::lock_guard lock(mutex_);
  written_.files.insert(manifest.name());
  for (const PartInfo& file : manifest.files()) written_.files.insert(file.name);
  written_.features_parts[shard] = manifest.features.name;
  if (setup_.projection != nullptr) written_.projections[shard] = *manifest.pca;
  written_.counts += manifest.counts;
}

Status ShardWriter::adopt(const ShardManifest& manifest) {
  if (setup_.projection == nullptr) {
    VERGER_ASSIGN_OR_RETURN(Moments moments, read_moments(manifest));
    const std::lock_guard lock(mutex_);
    VERGER_RETURN_IF_ERROR(
        written_.moments->add(position(manifest.shard.number), std::move(moments)));
  }
  enter(manifest);
  return {};
}

Result<Moments> ShardWriter::read_moments(const ShardManifest& manifest) const {
  const Store& store = setup_.output.store();
  if (!manifest.moments) {
    return moments_of_part(store, manifest.features.name, setup_.model.width);
  }
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store.read(manifest.moments->name));
  auto moments = Moments::deserialise(bytes);
  if (moments.ok()) return moments;
  return Status::io(store.display_path(manifest.moments->name) + ": " + moments.error().message());
}

Status ShardWriter::write_parts(const ShardResult& result, ShardManifest& manifest) {
  const auto& folders = setup_.output.folders();
  const auto file = part_file_name(result.shard.number, setup_.uuid);
  VERGER_ASSIGN_OR_RETURN(
      manifest.features,
      write_features_part(setup_.output.store(), below(folders.features, file), result.features));
  if (result.rejected.empty()) return {};
  VERGER_ASSIGN_OR_RETURN(
      manifest.rejected,
      write_rejected_part(setup_.output.store(), below(folders.rejected, file), result.rejected));
  return {};
}

Status ShardWriter::write_projection_part(const ShardResult& result, ShardManifest& manifest) {
  const auto file = part_file_name(result.shard.number, setup_.uuid);
  VERGER_ASSIGN_OR_RETURN(
      manifest.pca, write_pca_part(setup_.output.store(), below(setup_.output.folders().pca, file),
                                   setup_.layout, result.features, *setup_.projection));
  return {};
}

Status ShardWriter::write_inputs(std::span<const std::size_t> images, ShardManifest& manifest) {
  InputRows rows;
  for (const std::size_t image : images) {
    rows.path.push_back(setup_.source.path(image));
    rows.stamp.push_back(stamp_of(setup_.source.fingerprint(image)));
  }
  VERGER_ASSIGN_OR_RETURN(manifest.inputs,
                          write_inputs_part(setup_.output.store(),
                                            inputs_name(manifest.shard.number, setup_.mark), rows));
  return {};
}

// Moments take about width² × 4 bytes. A shard of fewer rows than columns is sooner read again, so
// only larger ones keep theirs on disk.
Status ShardWriter::write_moments(const ShardResult& result, ShardManifest& manifest) {
  Moments moments(setup_.model.width);
  VERGER_RETURN_IF_ERROR(moments.add(result.features.features));
  if (moments.count() >= moments.width()) {
    const auto bytes = moments.serialise();
    manifest.moments = PartInfo{.name = moments_name(result.shard.number, setup_.mark),
                                .rows = moments.count(),
                                .bytes = static_cast<int64_t>(bytes.size()),
                                .sha256 = sha256_hex(bytes)};
    VERGER_RETURN_IF_ERROR(setup_.output.store().write(manifest.moments->name, bytes));
  }
  const std::lock_guard lock(mutex_);
  return written_.moments->add(position(result.shard.number), std::move(moments));
}

ShardManifest ShardWriter::expected(const Shard& shard, std::span<const std::size_t> images) const {
  ShardManifest manifest;
  manifest.shard = shard;
  Sha256 inputs;
  for (const std::size_t image : images) {
    inputs.update(setup_.source.fingerprint(image) + '\n');
  }
  manifest.inputs_sha256 = inputs.finish();
  manifest.options_sha256 = options_sha256_;
  manifest.model_sha256 = setup_.projection_sha256;
  return manifest;
}

void ShardWriter::count(const ShardResult& result, ShardManifest& manifest) const {
  manifest.counts.listed = static_cast<int64_t>(result.shard.size());
  manifest.counts.features = static_cast<int64_t>(result.features.size());
  manifest.counts.rejected = static_cast<int64_t>(result.rejected.size());
  for (const auto& row : result.rejected) {
    manifest.counts.rejected_by_reason[std::string(reject_reason_name(row.reason))] += 1;
  }
}

Result<WrittenShards> ShardWriter::finish() {
  if (written_.counts.rejected > 0) return std::move(written_);
  VERGER_ASSIGN_OR_RETURN(
      const auto part,
      write_rejected_part(setup_.output.store(),
                          below(setup_.output.folders().rejected, part_file_name(0, setup_.uuid)),
                          {}));
  written_.files.insert(part.name);
  return std::move(written_);
}

}  // namespace verger
