// What becomes of a finished shard: its part files, its moments, its manifest.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/extract_shards.h"
#include "pipeline/image_source.h"
#include "pipeline/output_folder.h"
#include "pipeline/shard_manifest.h"
#include "verger/moments.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// What a ShardWriter needs to know; all of it outlives the writer.
struct ShardWriterSetup {
  OutputFolder& output;
  const ImageSource& source;
  const ModelInfo& model;
  const ImageOptions& image;
  Layout layout;
  std::string uuid;                      // of this run's part files
  std::size_t shards = 0;                // in the whole result
  const PcaModel* projection = nullptr;  // project by this model at once, instead of taking moments
  std::string projection_sha256;         // of that model
  std::vector<std::size_t> numbers{};    // of the shards, ascending; empty: 0 … shards − 1
  std::string mark{};                    // of the names of moments and inputs (moments_name())
};

// Everything that the shards left behind. Lists "by shard" are in the order of their numbers.
struct WrittenShards {
  Counts counts;
  std::set<std::string> files;              // every file written, by its name below the output
  std::vector<std::string> features_parts;  // by shard
  std::vector<PartInfo> projections;        // by shard; only with `projection`
  std::optional<MomentsTree> moments;       // only without
};

class ShardWriter {
 public:
  explicit ShardWriter(ShardWriterSetup setup);

  // Writes a shard's parts and, when they are complete, its manifest. `images`: those of the
  // shard, by their numbers in the source, in order. Thread-safe.
  Status write(const ShardResult& result, std::span<const std::size_t> images);
  // The same of images [begin, end) of the source.
  Status write(const ShardResult& result) { return write(result, images_of(result.shard)); }

  // What a manifest of this shard would say of its recipe; its files and counts are left open.
  ShardManifest expected(const Shard& shard, std::span<const std::size_t> images) const;

  // Takes over a shard that an earlier run finished, by its manifest. Thread-safe.
  Status adopt(const ShardManifest& manifest);

  // When every shard was written: an empty rejected table if nothing was rejected, since a table
  // without a single part cannot be read.
  Result<WrittenShards> finish();

 private:
  Status write_parts(const ShardResult& result, ShardManifest& manifest);
  Status write_projection_part(const ShardResult& result, ShardManifest& manifest);
  Status write_moments(const ShardResult& result, ShardManifest& manifest);
  Status write_inputs(std::span<const std::size_t> images, ShardManifest& manifest);
  void count(const ShardResult& result, ShardManifest& manifest) const;
  std::size_t position(std::size_t number) const;
  Result<Moments> read_moments(const ShardManifest& manifest) const;
  void enter(const ShardManifest& manifest);

  const ShardWriterSetup setup_;
  const std::string options_sha256_;
  std::mutex mutex_;
  WrittenShards written_;  // guarded by mutex_
};

}  // namespace verger
