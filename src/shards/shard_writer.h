// What becomes of a finished shard: its part files, its moments, its manifest.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "input/image_source.h"
#include "output/output_folder.h"
#include "output/shard_manifest.h"
#include "shards/extract_shards.h"
#include "verger/moments.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// How the shards of a run are written; what is borrowed outlives the writer.
struct ShardRecipe {
  const OutputFolder& output;
  const ModelInfo& model;
  const ImageOptions& image;
  Layout layout;
  std::string uuid;                      // of this run's part files
  std::string mark{};                    // of the names of moments and inputs (moments_name())
  const PcaModel* projection = nullptr;  // project by this model at once, instead of taking moments
  std::string projection_sha256{};       // of that model
  int attempt = 0;                       // of the names of all files but the manifest
  bool shared = false;  // somebody else may be doing the same shard of the same run
};

struct FinishedShard {
  ShardManifest manifest;
  std::optional<Moments> moments{};  // absent with a projection, and where they are yet to be read
  bool features_changed = false;     // of a shard that was written anew
};

// Thread-safe.
class ShardWriter {
 public:
  explicit ShardWriter(ShardRecipe recipe);

  // Writes a shard's parts and, when they are complete, its manifest. `images`: those of the
  // shard, by their numbers in `source`, in order. Of a shared shard that somebody else was quicker
  // to finish the other one's manifest is returned.
  Result<FinishedShard> write(const ShardResult& result, const ImageSource& source,
                              std::span<const std::size_t> images) const;

  // What a manifest of this shard would say of its recipe; its files and counts are left open.
  ShardManifest expected(const Shard& shard, const ImageSource& source,
                         std::span<const std::size_t> images) const;

  // The manifest that stands, when this run wrote it by the same recipe.
  std::optional<ShardManifest> standing(const ShardManifest& expected) const;

 private:
  Store& store() const { return recipe_.output.store(); }
  std::string part_name(const std::string& folder, const ShardResult& result) const;
  Status write_parts(const ShardResult& result, ShardManifest& manifest) const;
  Status write_inputs(const ImageSource& source, std::span<const std::size_t> images,
                      ShardManifest& manifest) const;
  Result<Moments> write_moments(const ShardResult& result, ShardManifest& manifest) const;

  const ShardRecipe recipe_;
  const std::string options_sha256_;
};

}  // namespace verger
