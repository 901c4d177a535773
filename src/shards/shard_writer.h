// SPDX-License-Identifier: Apache-2.0
// What becomes of a finished shard: its part files, its moments, its manifest.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "input/image_source.h"
#include "output/output_folder.h"
#include "output/shard_manifest.h"
#include "parquet/features_part.h"
#include "parquet/pca_part.h"
#include "parquet/tables.h"
#include "plan/shards.h"
#include "verger/model.h"
#include "verger/moments.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// How the shards of a run are written; what is borrowed outlives the writer.
struct ShardRecipe {
  const OutputFolder& output;
  const ModelInfo& model;
  const ImageOptions& image;
  Layout layout;
  std::string uuid;    // stands in the names of this run's part files
  std::string mark{};  // stands in the names of moments and inputs (moments_name())
  const PcaModel* projection = nullptr;  // project by this model at once, instead of taking moments
  std::string projection_sha256{};       // what that model hashes to
  int attempt = 0;                       // stands in the names of all files but the manifest
  bool shared = false;  // somebody else may be doing the same shard of the same run
};

struct FinishedShard {
  ShardManifest manifest;
  std::optional<Moments> moments{};  // absent with a projection, and where they are yet to be read
  bool features_changed = false;     // tells whether writing a shard anew changed them
};

class OpenShard;

// Thread-safe.
class ShardWriter {
 public:
  explicit ShardWriter(ShardRecipe recipe);

  // Begins the parts of a shard. The writer outlives it.
  Result<std::unique_ptr<OpenShard>> begin(const Shard& shard) const;

  // What a manifest of this shard would say of its recipe; its files and counts are left open.
  ShardManifest expected(const Shard& shard, const ImageSource& source,
                         std::span<const std::size_t> images) const;

  // The manifest that stands, when this run wrote it by the same recipe.
  std::optional<ShardManifest> standing(const ShardManifest& expected) const;

 private:
  friend class OpenShard;
  Store& store() const { return recipe_.output.store(); }

  const ShardRecipe recipe_;
  const std::string options_sha256_;
};

// A shard on its way to its files: holds a row group of each table, the moments and the rejected
// rows. Destroyed before finish() it leaves nothing that counts. Not thread-safe.
class OpenShard {
 public:
  // The next rows, in listing order.
  Status add(const FeatureRows& rows, std::vector<RejectedRow> rejected);

  // Commits the parts and, when they are complete, the manifest. `images`: those of the shard, by
  // their numbers in `source`, in order. Of a shared shard that somebody else was quicker to finish
  // the other one's manifest is returned.
  Result<FinishedShard> finish(const ImageSource& source, std::span<const std::size_t> images);

 private:
  friend class ShardWriter;
  OpenShard(const ShardWriter& writer, const Shard& shard, FeaturesPartWriter features);

  Status finish_parts(ShardManifest& manifest);
  Status write_inputs(const ImageSource& source, std::span<const std::size_t> images,
                      ShardManifest& manifest) const;
  Status write_moments(ShardManifest& manifest);

  const ShardWriter& writer_;
  const ShardRecipe& recipe_;
  const Shard shard_;
  FeaturesPartWriter features_;
  std::optional<PcaPartWriter> pca_;  // with a projection; else there are moments
  std::optional<Moments> moments_;
  std::vector<RejectedRow> rejected_;
};

}  // namespace verger
