// SPDX-License-Identifier: Apache-2.0
#include "pipeline/update_job.h"

#include <algorithm>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "input/selected_source.h"
#include "output/saved_model.h"

namespace verger {

Result<std::unique_ptr<UpdateJob>> UpdateJob::open(const std::string& input,
                                                   const std::string& output,
                                                   const RunOptions& options,
                                                   const UpdateOptions& update, Crew& crew,
                                                   Watch watch) {
  RunOptions going_on = options;
  going_on.output.overwrite = false;
  going_on.output.resume = true;
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("update", input, output, going_on, Tables::kAll, crew, watch));
  job->mark_names();
  return std::unique_ptr<UpdateJob>(new UpdateJob(std::move(job), update));
}

Result<const Network*> UpdateJob::prepare(const FindNetwork& find_network) {
  VERGER_ASSIGN_OR_RETURN(stored_, find_output(job_->output()));
  VERGER_RETURN_IF_ERROR(check_same_options(stored_, job_->output(), job_->options()));
  VERGER_ASSIGN_OR_RETURN(const Network* const network, job_->prepare(find_network));
  if (network == nullptr) return network;
  VERGER_RETURN_IF_ERROR(
      check_same_network(stored_, job_->output(), job_->options(), network->model.info()));
  return network;
}

Status UpdateJob::compare() {
  VERGER_ASSIGN_OR_RETURN(run_json_, store().read(std::string(kRunRecordName)));
  VERGER_RETURN_IF_ERROR(load_old_model());
  for (const auto& manifest : stored_.manifests) end_ = std::max(end_, manifest.shard.end);

  const Watch& watch = job_->watch();
  watch.observer.stage_started("compare", static_cast<int64_t>(stored_.manifests.size()));
  VERGER_ASSIGN_OR_RETURN(plan_, plan_update(store(), job_->images(), stored_.manifests, watch));
  watch.observer.stage_finished();
  for (const auto& manifest : plan_.kept) numbers_.push_back(manifest.shard.number);
  for (const auto& shard : plan_.changed) {
    if (shard.images > 0) numbers_.push_back(shard.manifest.shard.number);
  }
  std::ranges::sort(numbers_);
  for (const Shard& shard : new_shards()) numbers_.push_back(shard.number);
  // Which rows an interrupted update had changed already is not known.
  features_changed_ = !stored_.finished;
  job_->record().options.output.parts = stored_.record.options.output.parts;
  record_plan();
  job_->stage_done("compare");
  return {};
}

// The model that the output holds, and whether its projections are by it: both are, but where an
// interrupted update had begun to replace them.
Status UpdateJob::load_old_model() {
  VERGER_ASSIGN_OR_RETURN(old_reduction_, read_reduction_record(store()));
  if (old_reduction_.features.empty()) {
    for (const auto& manifest : stored_.manifests) {
      old_reduction_.features.push_back(manifest.features.name);
    }
  }
  auto model = load_model(store());
  if (!model.ok()) return stored_.finished ? model.error() : Status();
  old_ = *std::move(model);
  projections_stand_ = old_reduction_.features.size() == old_reduction_.parts.size();
  for (const auto& file : encode_pca_model(old_->model, old_->provenance)) {
    const auto same = [&](const PartInfo& info) { return info.sha256 == sha256_hex(file.bytes); };
    projections_stand_ &= std::ranges::any_of(old_reduction_.model, same);
  }
  return {};
}

void UpdateJob::record_plan() {
  const auto emptied = std::ranges::count(plan_.changed, std::size_t{0}, &ChangedShard::images);
  const auto count = [](const auto& list) { return static_cast<int64_t>(list.size()); };
  RunRecord& record = job_->record();
  record.update = UpdateRecord{.options = update_,
                               .kept = plan_.images_kept,
                               .added = plan_.images_added,
                               .changed = plan_.images_changed,
                               .removed = plan_.images_removed,
                               .inferred = count(plan_.anew),
                               .shards = {.kept = count(plan_.kept),
                                          .rewritten = count(plan_.changed) - emptied,
                                          .added = count(new_shards()),
                                          .removed = emptied},
                               .refitted = false,
                               .drift = stored_.finished || !stored_.record.update
                                            ? std::nullopt
                                            : stored_.record.update->drift};
  record.shards = {.total = count(numbers_),
                   .resumed = count(plan_.kept),
                   .resumed_images = record.counts.listed - count(plan_.anew)};
  job_->watch().observer.resumed(record.shards.resumed_images);
}

bool UpdateJob::up_to_date() const {
  return stored_.finished && plan_.nothing() && update_.refit != Refit::kAlways;
}

RunRecord UpdateJob::unchanged() {
  const RunRecord& now = job_->record();
  RunRecord record = stored_.record;
  record.command = now.command;
  record.state = "unchanged";
  record.started = now.started;
  record.update = now.update;
  record.shards = now.shards;
  record.seconds = now.seconds;
  record.cpu_seconds = {};
  record.pipeline.reset();
  return record;
}

Status UpdateJob::check_output() const {
  VERGER_ASSIGN_OR_RETURN(const auto now, store().read(std::string(kRunRecordName)));
  if (now == run_json_) return {};
  return Status::io("Another run has written the output " + store().shown("") +
                    " meanwhile; run 'verger update' again.");
}

RunRecord UpdateJob::planned() {
  const SelectedSource anew(job_->images(), plan_.anew);
  return job_->planned(tasks(), anew);
}

Status UpdateJob::begin() {
  VERGER_RETURN_IF_ERROR(job_->begin([this] { return check_output(); }));
  // Shards get other parts from here on: which ones the projections are of must be known.
  return write_record(store(), old_reduction_);
}

// New shards are about as large as the old ones.
std::vector<Shard> UpdateJob::new_shards() const {
  const auto changed = static_cast<std::size_t>(plan_.images_changed);
  const std::size_t added = plan_.anew.size() - changed;
  std::size_t listed = 0;
  for (const auto& manifest : stored_.manifests) listed += manifest.shard.size();
  listed = std::max<std::size_t>(listed, 1);
  const std::size_t parts = (added * stored_.manifests.size() + listed - 1) / listed;
  auto shards = plan_shards(added, static_cast<int>(std::min(parts, added)));
  for (Shard& shard : shards) {
    shard.number += plan_.next_number;
    shard.begin += changed;
    shard.end += changed;
  }
  return shards;
}

}  // namespace verger
