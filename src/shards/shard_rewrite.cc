#include "shards/shard_rewrite.h"

#include <limits>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/utf8.h"
#include "parquet/tables.h"

namespace verger {

namespace {

// Rows of both tables, taken in the order of the images.
class Rows {
 public:
  Rows(FeatureRows features, std::vector<RejectedRow> rejected)
      : features_(std::move(features)), rejected_(std::move(rejected)) {}

  bool at_feature(const std::string& path) const {
    return feature_ < features_.size() && valid_utf8(features_.path[feature_]) == path;
  }
  bool at_rejected(const std::string& path) const {
    return reject_ < rejected_.size() && valid_utf8(rejected_[reject_].path) == path;
  }

  // Moves the next row of this path to `to`; false when there is none.
  bool take(const std::string& path, ShardResult* to) {
    if (at_feature(path)) {
      if (to != nullptr) copy_feature(to->features);
      ++feature_;
      return true;
    }
    if (!at_rejected(path)) return false;
    if (to != nullptr) to->rejected.push_back(std::move(rejected_[reject_]));
    ++reject_;
    return true;
  }

  bool finished() const { return feature_ == features_.size() && reject_ == rejected_.size(); }

 private:
  void copy_feature(FeatureRows& to) const {
    to.path.push_back(features_.path[feature_]);
    to.label.push_back(features_.label[feature_]);
    const auto begin =
        features_.features.begin() + static_cast<std::ptrdiff_t>(feature_ * features_.width);
    to.features.insert(to.features.end(), begin,
                       begin + static_cast<std::ptrdiff_t>(features_.width));
  }

  FeatureRows features_;
  std::vector<RejectedRow> rejected_;
  std::size_t feature_ = 0;
  std::size_t reject_ = 0;
};

Result<Rows> stored_rows(const Store& output, const ShardManifest& manifest, std::size_t width) {
  VERGER_ASSIGN_OR_RETURN(FeatureRows features,
                          read_features_part(output, manifest.features.name, width));
  std::vector<RejectedRow> rejected;
  if (manifest.rejected) {
    VERGER_RETURN_IF_ERROR(read_rejected_part(output, manifest.rejected->name,
                                              std::numeric_limits<std::size_t>::max(), rejected));
  }
  return Rows(std::move(features), std::move(rejected));
}

Status other_images(const Store& output, const ShardManifest& manifest) {
  return Status::io("The rows of " + output.display_path(manifest.features.name) +
                    " are not of the images that its shard lists; make the output anew with "
                    "'verger run --overwrite'.");
}

}  // namespace

std::vector<std::size_t> ShardMatch::images(RowFate which) const {
  std::vector<std::size_t> found;
  for (std::size_t row = 0; row < fate.size(); ++row) {
    if (fate[row] == which) found.push_back(image[row]);
  }
  return found;
}

Result<RewrittenShard> rewrite_shard(const Store& output, const ShardManifest& manifest,
                                     const ShardMatch& match, ShardResult anew, std::size_t width) {
  VERGER_ASSIGN_OR_RETURN(Rows stored, stored_rows(output, manifest, width));
  Rows made(std::move(anew.features), std::move(anew.rejected));
  RewrittenShard shard;
  shard.result.features.width = width;
  for (std::size_t row = 0; row < match.path.size(); ++row) {
    const std::string path = valid_utf8(match.path[row]);  // as the tables show it
    const bool kept = match.fate[row] == RowFate::kKept;
    if (!kept) shard.features_changed |= stored.at_feature(path);
    if (!stored.take(path, kept ? &shard.result : nullptr)) return other_images(output, manifest);
    if (match.fate[row] != RowFate::kRemoved) shard.images.push_back(match.image[row]);
    if (match.fate[row] != RowFate::kChanged) continue;
    shard.features_changed |= made.at_feature(path);
    if (!made.take(path, &shard.result)) return other_images(output, manifest);
  }
  if (!stored.finished()) return other_images(output, manifest);
  const std::size_t begin = manifest.shard.begin;
  shard.result.shard = {manifest.shard.number, begin, begin + shard.images.size()};
  return shard;
}

}  // namespace verger
