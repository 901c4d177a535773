// SPDX-License-Identifier: Apache-2.0
#include "shards/shard_rewrite.h"

#include <limits>

#include "base/status_macros.h"
#include "base/utf8.h"

namespace verger {

std::vector<std::size_t> ShardMatch::images(RowFate which) const {
  std::vector<std::size_t> images;
  for (std::size_t row = 0; row < fate.size(); ++row) {
    if (fate[row] == which) images.push_back(image[row]);
  }
  return images;
}

bool ShardRewrite::Rows::at_feature(const std::string& path) const {
  return feature < features.size() && valid_utf8(features.path[feature]) == path;
}

bool ShardRewrite::Rows::take(const std::string& path, FeatureRows* features_to,
                              std::vector<RejectedRow>* rejected_to) {
  if (at_feature(path)) {
    if (features_to != nullptr) features_to->append(features, feature);
    ++feature;
    return true;
  }
  if (reject == rejected.size() || valid_utf8(rejected[reject].path) != path) return false;
  if (rejected_to != nullptr) rejected_to->push_back(std::move(rejected[reject]));
  ++reject;
  return true;
}

Result<std::unique_ptr<ShardRewrite>> ShardRewrite::begin(const Store& output,
                                                          const ShardManifest& manifest,
                                                          ShardMatch match,
                                                          const ShardWriter& writer,
                                                          std::size_t width) {
  VERGER_ASSIGN_OR_RETURN(auto features,
                          FeaturesPartReader::open(output, manifest.features.name, width));
  std::unique_ptr<ShardRewrite> rewrite(new ShardRewrite(output.shown(manifest.features.name),
                                                         std::move(features), std::move(match)));
  if (manifest.rejected) {
    VERGER_RETURN_IF_ERROR(read_rejected_part(output, manifest.rejected->name,
                                              std::numeric_limits<std::size_t>::max(),
                                              rewrite->stored_.rejected));
  }
  for (std::size_t row = 0; row < rewrite->match_.path.size(); ++row) {
    if (rewrite->match_.fate[row] == RowFate::kRemoved) continue;
    rewrite->images_.push_back(rewrite->match_.image[row]);
  }
  rewrite->features_.width = width;
  const std::size_t first = manifest.shard.begin;
  VERGER_ASSIGN_OR_RETURN(rewrite->shard_, writer.begin({manifest.shard.number, first,
                                                         first + rewrite->images_.size()}));
  return rewrite;
}

Status ShardRewrite::add(FeatureRows features, std::vector<RejectedRow> rejected) {
  made_ = {.features = std::move(features), .rejected = std::move(rejected)};
  VERGER_RETURN_IF_ERROR(advance(/*last=*/false));
  return made_.finished() ? Status() : other_images();
}

Result<FinishedShard> ShardRewrite::finish(const ImageSource& listing) {
  VERGER_RETURN_IF_ERROR(advance(/*last=*/true));
  VERGER_RETURN_IF_ERROR(refill());
  if (!stored_.finished()) return other_images();
  VERGER_RETURN_IF_ERROR(flush());
  VERGER_ASSIGN_OR_RETURN(FinishedShard finished, shard_->finish(listing, images_));
  finished.features_changed = features_changed_;
  return finished;
}

// Goes on to the next changed image whose row is yet to come; with `last` none is.
Status ShardRewrite::advance(bool last) {
  for (; row_ < match_.path.size(); ++row_) {
    if (match_.fate[row_] == RowFate::kChanged && made_.finished() && !last) return {};
    VERGER_RETURN_IF_ERROR(refill());
    VERGER_RETURN_IF_ERROR(take_row());
    if (features_.size() >= kRowGroupRows) VERGER_RETURN_IF_ERROR(flush());
  }
  return {};
}

Status ShardRewrite::take_row() {
  const std::string path = valid_utf8(match_.path[row_]);  // as the tables show it
  const RowFate fate = match_.fate[row_];
  const bool kept = fate == RowFate::kKept;
  if (!kept) features_changed_ |= stored_.at_feature(path);
  if (!stored_.take(path, kept ? &features_ : nullptr, kept ? &rejected_ : nullptr)) {
    return other_images();
  }
  if (fate != RowFate::kChanged) return {};
  features_changed_ |= made_.at_feature(path);
  return made_.take(path, &features_, &rejected_) ? Status() : other_images();
}

Status ShardRewrite::refill() {
  if (stored_.feature < stored_.features.size()) return {};
  stored_.feature = 0;
  return stored_features_.next(stored_.features);
}

Status ShardRewrite::flush() {
  VERGER_RETURN_IF_ERROR(shard_->add(features_, std::move(rejected_)));
  features_.clear();
  rejected_.clear();
  return {};
}

Status ShardRewrite::other_images() const {
  return Status::io("The rows of " + place_ +
                    " are not of the images that its shard lists; make the output anew with "
                    "'verger run --overwrite'.");
}

}  // namespace verger
