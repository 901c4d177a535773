// The stages of an update from the first write on.
#include <algorithm>
#include <map>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "pipeline/precision_check.h"
#include "pipeline/selected_source.h"
#include "pipeline/update_job.h"

namespace verger {

Status UpdateJob::extract(const Network& network) {
  const ModelInfo& model = network.model.info();
  ShardWriter writer = open_writer(model);
  VERGER_RETURN_IF_ERROR(adopt_kept(writer));
  VERGER_RETURN_IF_ERROR(rewrite_shrunk(writer, static_cast<std::size_t>(model.width)));
  VERGER_RETURN_IF_ERROR(extract_anew(network, writer));
  VERGER_RETURN_IF_ERROR(close_extraction(writer));
  if (network.reference == nullptr) return {};
  record_.precision_check = found_.record.precision_check;
  if (plan_.anew.empty()) return {};
  VERGER_ASSIGN_OR_RETURN(record_.precision_check,
                          check_precision(SelectedSource(*source_, plan_.anew), network.model,
                                          *network.reference, options_.image));
  stage_done("precision check");
  return {};
}

Status UpdateJob::adopt_kept(ShardWriter& writer) {
  return parallel_for(plan_.kept.size(), options_.threads, watch_.cancel,
                      [&](std::size_t i) { return writer.adopt(plan_.kept[i]); });
}

// Shards that only lost images: nothing is read from INPUT for them.
Status UpdateJob::rewrite_shrunk(ShardWriter& writer, std::size_t width) {
  std::vector<const ChangedShard*> shrunk;
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.images == 0 && shard.manifest.counts.features > 0) features_changed_ = true;
    if (shard.images > 0 && shard.begin == shard.end) shrunk.push_back(&shard);
  }
  return parallel_for(shrunk.size(), options_.threads, watch_.cancel,
                      [&](std::size_t i) { return rewrite(writer, *shrunk[i], {}, width); });
}

Status UpdateJob::extract_anew(const Network& network, ShardWriter& writer) {
  const SelectedSource anew(*source_, plan_.anew);
  std::vector<Shard> shards;
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.begin == shard.end) continue;
    shards.push_back({shard.manifest.shard.number, shard.begin, shard.end});
  }
  for (const Shard& shard : new_shards()) shards.push_back(shard);
  return extract_from(anew, network.model, shards, [&](ShardResult result) {
    const bool is_new = result.shard.number >= plan_.next_number;
    return is_new ? write_new(writer, std::move(result)) : write_changed(writer, std::move(result));
  });
}

Status UpdateJob::write_new(ShardWriter& writer, ShardResult result) {
  if (result.features.size() > 0) features_changed_ = true;
  const Shard shard = result.shard;  // of the images of plan_.anew
  const std::size_t begin = end_ + shard.begin - static_cast<std::size_t>(plan_.images_changed);
  result.shard = {shard.number, begin, begin + shard.size()};
  return writer.write(result, std::span(plan_.anew).subspan(shard.begin, shard.size()));
}

Status UpdateJob::write_changed(ShardWriter& writer, ShardResult result) {
  const auto shard =
      std::ranges::find(plan_.changed, result.shard.number,
                        [](const ChangedShard& changed) { return changed.manifest.shard.number; });
  const std::size_t width = result.features.width;
  return rewrite(writer, *shard, std::move(result), width);
}

Status UpdateJob::rewrite(ShardWriter& writer, const ChangedShard& shard, ShardResult anew,
                          std::size_t width) {
  const Store& store = output_.store();
  VERGER_ASSIGN_OR_RETURN(const ShardMatch match,
                          match_shard(store, *source_, plan_.states, shard.manifest));
  VERGER_ASSIGN_OR_RETURN(const RewrittenShard rewritten,
                          rewrite_shard(store, shard.manifest, match, std::move(anew), width));
  if (rewritten.features_changed) features_changed_ = true;
  VERGER_RETURN_IF_ERROR(lease_->check());
  return writer.write(rewritten.result, rewritten.images);
}

bool UpdateJob::refit_is_due() const {
  if (update_.refit == Refit::kAuto) return features_changed_;
  return update_.refit == Refit::kAlways;
}

Status UpdateJob::fit() {
  VERGER_ASSIGN_OR_RETURN(const Moments moments, merge_moments());
  const bool refit = refit_is_due();
  record_.update->refitted = refit;
  if (!refit && !old_) {
    return Status::model("The model in " + record_.output +
                         " was left incomplete by an interrupted update; run 'verger update' "
                         "with --refit auto.");
  }
  if (refit) {
    VERGER_RETURN_IF_ERROR(Job::fit(moments));
    DecodedPcaModel fitted{.model = std::move(pca_), .provenance = provenance()};
    const bool same = old_ && model_sha256(fitted) == model_sha256(*old_);
    if (!same) new_ = std::move(fitted);
  }
  VERGER_RETURN_IF_ERROR(measure(moments));
  // Projections by another model than the one that is there go with it.
  if (!new_ && !projections_stand_) new_ = old_;
  record_.width = moments.width();
  return {};
}

// How far the old model has drifted. Once an interrupted update had replaced it, that is what that
// update wrote down of it.
Status UpdateJob::measure(const Moments& moments) {
  auto& drift = record_.update->drift;
  const bool replaced = !old_ || !projections_stand_ || !new_;
  if (!found_.finished && drift && replaced) return {};
  drift.reset();
  if (!old_ || moments.count() < 2) return {};
  const PcaModel* after = new_ ? &new_->model : &old_->model;
  if (!record_.update->refitted) after = nullptr;
  VERGER_ASSIGN_OR_RETURN(drift, measure_drift(old_->model, moments, after));
  return write_record(output_.store(), record_);
}

Status UpdateJob::project() {
  std::map<std::string, PartInfo> standing;  // by the features part
  for (std::size_t i = 0; !new_ && i < old_reduction_.parts.size(); ++i) {
    standing[old_reduction_.features[i]] = old_reduction_.parts[i];
  }
  FeaturesTable due{.store = output_.store(), .parts = {}};
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < features_parts_.size(); ++i) {
    if (standing.contains(features_parts_[i])) continue;
    due.parts.push_back(features_parts_[i]);
    numbers.push_back(numbers_[i]);
  }
  const PcaModel& model = new_ ? new_->model : old_->model;
  VERGER_ASSIGN_OR_RETURN(const auto made, project_parts(due, output_, options_.output.layout,
                                                         model, uuid_, pass(), numbers));
  for (std::size_t i = 0; i < made.size(); ++i) standing[due.parts[i]] = made[i];
  reduction_.features = features_parts_;
  reduction_.parts.clear();
  for (const auto& features : features_parts_) {
    reduction_.parts.push_back(standing.at(features));
    written_.insert(reduction_.parts.back().name);
  }
  stage_done("project");
  return {};
}

Status UpdateJob::save_model() {
  if (new_) return Job::save_model(*new_);
  reduction_.model = old_reduction_.model;
  for (const auto& file : reduction_.model) written_.insert(file.name);
  record_.reduction = describe(old_->model);
  return write_record(output_.store(), reduction_);
}

Result<RunRecord> UpdateJob::finish() {
  // Before their files, without which they would be those of a damaged output.
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.images > 0) continue;
    VERGER_RETURN_IF_ERROR(lease_->check());
    VERGER_RETURN_IF_ERROR(output_.store().remove(shard.manifest.name()));
  }
  return Job::finish();
}

}  // namespace verger
