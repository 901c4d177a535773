// A shard as an update leaves it: rows of unchanged images as they are stored, those of changed
// ones made anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "output/shard_manifest.h"
#include "shards/extract_shards.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// What becomes of a stored row.
enum class RowFate : uint8_t { kKept, kChanged, kRemoved };

// The rows of a shard as they are stored, and what becomes of them; `image` is the listed image of
// a row that is not removed. All three are of one length.
struct ShardMatch {
  std::vector<std::string> path;
  std::vector<RowFate> fate;
  std::vector<std::size_t> image;

  std::vector<std::size_t> images(RowFate which) const;
};

struct RewrittenShard {
  ShardResult result;               // of the stored shard's number and beginning
  std::vector<std::size_t> images;  // its images in the listing, in order
  bool features_changed = false;    // a row of features went, came or was made anew
};

// `match`: of the shard of `manifest`. `anew`: the rows of its changed images, in order. Holds the
// rows of one shard in memory. kIo when the stored parts are damaged or of other images.
Result<RewrittenShard> rewrite_shard(const Store& output, const ShardManifest& manifest,
                                     const ShardMatch& match, ShardResult anew, std::size_t width);

}  // namespace verger
