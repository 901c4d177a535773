// SPDX-License-Identifier: Apache-2.0
// The stages of an update from the first write on.
#include <algorithm>
#include <map>
#include <utility>

#include "base/option_name.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "input/selected_source.h"
#include "output/saved_model.h"
#include "pipeline/update_job.h"

namespace verger {

Status UpdateJob::extract(const Network& network) {
  const RunIdentity run = job_->of_images();
  const SelectedSource anew(job_->images(), plan_.anew);
  const ExtractStage stage{.run = run,
                           .network = network,
                           .listing = job_->images(),
                           .reads = anew,
                           .match = [this](const ShardManifest& manifest) {
                             return match_shard(store(), job_->images(), plan_.states, manifest);
                           }};
  ShardLedger ledger(job_->output(), numbers_,
                     job_->gather_moments(numbers_.size(), network.model.info().width));
  const Pass pass = job_->pass();
  VERGER_RETURN_IF_ERROR(
      parallel_for(plan_.kept.size(), pass.threads, pass.cancel,
                   [&](std::size_t i) { return ledger.enter({.manifest = plan_.kept[i]}); }));
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.images == 0 && shard.manifest.counts.features > 0) features_changed_ = true;
  }
  const auto note_change = [this](const FinishedShard& shard) -> Status {
    if (shard.features_changed) features_changed_ = true;
    return {};
  };
  VERGER_RETURN_IF_ERROR(job_->extract(stage, tasks(), ledger, note_change));
  VERGER_RETURN_IF_ERROR(job_->close_extraction(ledger));
  if (network.reference == nullptr) return {};
  job_->record().precision_check = stored_.record.precision_check;
  return plan_.anew.empty() ? Status() : job_->check_precision(anew, network);
}

// Shards that lost images or of which some changed, under their numbers; then new ones, behind the
// images of all shards that were found.
std::vector<ShardTask> UpdateJob::tasks() const {
  std::vector<ShardTask> tasks;
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.images == 0) continue;
    const Shard& stored = shard.manifest.shard;
    tasks.push_back({.shard = {stored.number, stored.begin, stored.begin + shard.images},
                     .begin = shard.begin,
                     .end = shard.end,
                     .replaces = &shard.manifest});
  }
  for (const Shard& shard : new_shards()) {
    const std::size_t begin = end_ + shard.begin - static_cast<std::size_t>(plan_.images_changed);
    tasks.push_back({.shard = {shard.number, begin, begin + shard.size()},
                     .begin = shard.begin,
                     .end = shard.end});
  }
  return tasks;
}

bool UpdateJob::refit_is_due() const {
  if (update_.refit == Refit::kAuto) return features_changed_;
  return update_.refit == Refit::kAlways;
}

Status UpdateJob::fit() {
  VERGER_ASSIGN_OR_RETURN(const Moments moments, job_->merge_moments());
  RunRecord& record = job_->record();
  const bool refit = refit_is_due();
  record.update->refitted = refit;
  if (!refit && !old_) {
    return Status::model("The model in " + job_->output().store().shown("") +
                         " was left incomplete by an interrupted update; run 'verger update' "
                         "with " +
                         option_set("refit", "auto") + ".");
  }
  if (refit) {
    VERGER_ASSIGN_OR_RETURN(PcaModel model, job_->fit(moments));
    DecodedPcaModel fitted{.model = std::move(model), .provenance = job_->provenance()};
    const bool same = old_ && model_sha256(fitted) == model_sha256(*old_);
    if (!same) new_ = std::move(fitted);
  }
  VERGER_RETURN_IF_ERROR(measure(moments));
  // Projections by another model than the one that is there go with it.
  if (!new_ && !projections_stand_) new_ = old_;
  record.width = moments.width();
  return {};
}

// How far the old model has drifted. Once an interrupted update had replaced it, that is what that
// update wrote down of it.
Status UpdateJob::measure(const Moments& moments) {
  RunRecord& record = job_->record();
  auto& drift = record.update->drift;
  const bool replaced = !old_ || !projections_stand_ || !new_;
  if (!stored_.finished && drift && replaced) return {};
  drift.reset();
  if (!old_ || moments.count() < 2) return {};
  const PcaModel* after = new_ ? &new_->model : &old_->model;
  if (!record.update->refitted) after = nullptr;
  VERGER_ASSIGN_OR_RETURN(drift, measure_drift(old_->model, moments, after));
  return write_record(store(), record);
}

Status UpdateJob::project() {
  const std::vector<std::string>& features = job_->features_parts();
  std::map<std::string, PartInfo> standing;  // by the features part
  for (std::size_t i = 0; !new_ && i < old_reduction_.parts.size(); ++i) {
    standing[old_reduction_.features[i]] = old_reduction_.parts[i];
  }
  std::vector<PartTask> due;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (standing.contains(features[i])) continue;
    due.push_back({.number = numbers_[i], .features = features[i]});
  }
  VERGER_ASSIGN_OR_RETURN(const auto made, job_->project(due, new_ ? *new_ : *old_));
  for (std::size_t i = 0; i < made.size(); ++i) standing[due[i].features] = made[i];
  ReductionRecord& reduction = job_->reduction();
  reduction.features = features;
  reduction.parts.clear();
  for (const auto& part : features) {
    reduction.parts.push_back(standing.at(part));
    job_->count_written(reduction.parts.back().name);
  }
  return {};
}

Status UpdateJob::save_model() {
  if (new_) return job_->save_model(*new_);
  job_->reduction().model = old_reduction_.model;
  return job_->write_reduction(old_->model);
}

Result<RunRecord> UpdateJob::finish(const Status& stages) {
  if (!stages.ok()) return job_->finish(stages);
  // Before their files, without which they would be those of a damaged output.
  for (const ChangedShard& shard : plan_.changed) {
    if (shard.images > 0) continue;
    VERGER_RETURN_IF_ERROR(store().remove(shard.manifest.name()));
  }
  return job_->finish(stages);
}

}  // namespace verger
