// SPDX-License-Identifier: Apache-2.0
// A shard as an update leaves it: rows of unchanged images as they are stored, those of changed
// ones made anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "input/image_source.h"
#include "output/shard_manifest.h"
#include "parquet/features_part.h"
#include "parquet/tables.h"
#include "shards/shard_writer.h"
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

// A shard being written anew, as the rows of its changed images come; those of the others are read
// beside them, a few hundred at a time. Not thread-safe.
class ShardRewrite {
 public:
  // `manifest`: of the shard as it stands. `match`: what becomes of its rows. `writer` outlives it,
  // and so does `output`, where the shard stands. kIo when it is damaged.
  static Result<std::unique_ptr<ShardRewrite>> begin(const Store& output,
                                                     const ShardManifest& manifest,
                                                     ShardMatch match, const ShardWriter& writer,
                                                     std::size_t width);

  // The rows of the next changed images, in order, each in one of the two tables. kIo when the
  // stored rows are of other images than the shard lists.
  Status add(FeatureRows features, std::vector<RejectedRow> rejected);

  // When all of them came. `listing`: the images that the match numbers.
  Result<FinishedShard> finish(const ImageSource& listing);

 private:
  // Rows of both tables, taken in the order of the images.
  struct Rows {
    FeatureRows features{};
    std::size_t feature = 0;
    std::vector<RejectedRow> rejected{};
    std::size_t reject = 0;

    bool at_feature(const std::string& path) const;
    bool finished() const { return feature == features.size() && reject == rejected.size(); }
    // Moves the next row of this path to `features_to` or `rejected_to`, when they are given; false
    // when there is none.
    bool take(const std::string& path, FeatureRows* features_to,
              std::vector<RejectedRow>* rejected_to);
  };

  ShardRewrite(std::string place, FeaturesPartReader stored_features, ShardMatch match)
      : place_(std::move(place)),
        stored_features_(std::move(stored_features)),
        match_(std::move(match)) {}

  Status advance(bool last);
  Status take_row();
  Status refill();
  Status flush();
  Status other_images() const;

  const std::string place_;  // where the stored features are
  FeaturesPartReader stored_features_;
  const ShardMatch match_;
  std::vector<std::size_t> images_;  // numbers in the listing of those that remain
  std::unique_ptr<OpenShard> shard_;
  std::size_t row_ = 0;  // the next of the match
  Rows stored_;
  Rows made_;
  FeatureRows features_;  // on their way to the shard
  std::vector<RejectedRow> rejected_;
  bool features_changed_ = false;  // a row of features went, came or was made anew
};

}  // namespace verger
