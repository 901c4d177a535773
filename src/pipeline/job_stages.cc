// SPDX-License-Identifier: Apache-2.0
// The stages of a run that a crew has a hand in.
#include <algorithm>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "pipeline/job.h"
#include "pipeline/resume.h"
#include "shards/precision_check.h"

namespace verger {

namespace {

PipelineRecord describe_pipeline(const StageTimes& times, int64_t images) {
  const auto seconds = [](int64_t ns) { return static_cast<double>(ns) * 1e-9; };
  return {.images = images,
          .bytes = times.bytes,
          .readers = times.reader_count,
          .workers = times.worker_count,
          .wall = seconds(times.wall_ns),
          .fetch = seconds(times.fetch_ns),
          .held = seconds(times.held_ns),
          .starved = seconds(times.starved_ns),
          .decode = seconds(times.decode_ns),
          .infer = seconds(times.infer_ns),
          .write = seconds(times.write_ns)};
}

// How many merges leave few enough of so many moments.
std::size_t merges_of(std::size_t moments) {
  std::size_t merges = 0;
  for (const std::size_t most = merged_at_once(); moments > most;) {
    moments = (moments + most - 1) / most;
    merges += moments;
  }
  return merges;
}

}  // namespace

Result<std::vector<Shard>> Job::resume(const ExtractStage& stage, std::vector<Shard> shards,
                                       ShardLedger& ledger) {
  record_.shards.total = static_cast<int64_t>(shards.size());
  if (!options_.output.resume) return shards;
  // Where moments stay unread, as a crew elsewhere merges them, the answers of storage are what is
  // waited for.
  Pass reading = pass();
  if (crew_.elsewhere()) {
    reading.threads = std::max(reading.threads, output_.store().default_reads_in_flight());
  }
  VERGER_ASSIGN_OR_RETURN(auto remaining, adopt_finished_shards(stage, shards, ledger, reading));
  record_.shards.resumed = static_cast<int64_t>(shards.size() - remaining.size());
  record_.shards.resumed_images = record_.counts.listed;
  for (const Shard& shard : remaining) {
    record_.shards.resumed_images -= static_cast<int64_t>(shard.size());
  }
  resumable_ = record_.shards.resumed > 0;
  watch_.observer.resumed(record_.shards.resumed_images);
  watch_.observer.note("Resumed: " + format_count(record_.shards.resumed) + " of " +
                       format_count(record_.shards.total, "shard") +
                       (record_.shards.resumed == 1 ? " was" : " were") + " finished already.");
  return remaining;
}

Status Job::extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                    ShardLedger& ledger, const ShardDone& also) {
  if (tasks.empty()) return {};
  const int64_t images = record_.counts.listed - record_.shards.resumed_images;
  watch_.observer.stage_started("extract", images);
  const auto enter = [&](FinishedShard shard) -> Status {
    resumable_ = true;
    if (crew_.elsewhere()) {
      const std::lock_guard lock(mutex_);
      by_crew_.push_back(shard.manifest);
    }
    if (also) VERGER_RETURN_IF_ERROR(also(shard));
    return ledger.enter(std::move(shard));
  };
  VERGER_ASSIGN_OR_RETURN(const Effort effort, crew_.extract(stage, tasks, pass(), enter));
  watch_.observer.stage_finished();
  const StageTimes& times = effort.times;
  if (images == 0) return {};  // shards that only lost some
  record_.cpu_seconds = {.extract = effort.cpu_seconds,
                         .read = static_cast<double>(times.decode_ns) * 1e-9};
  record_.pipeline = describe_pipeline(times, images);
  return {};
}

Status Job::close_extraction(ShardLedger& ledger) {
  VERGER_RETURN_IF_ERROR(check_inputs());
  VERGER_ASSIGN_OR_RETURN(WrittenShards written, ledger.finish(uuid_));
  record_.counts = written.counts;
  written_ = std::move(written.files);
  features_parts_ = std::move(written.features_parts);
  reduction_.parts = std::move(written.projections);
  moments_ = std::move(written.moments);
  stage_done("extract");
  return {};
}

// An image that changed while the run read it has features of one state and the recorded size and
// time of another.
Status Job::check_inputs() const {
  VERGER_ASSIGN_OR_RETURN(const auto changed, source_->find_changed());
  if (changed.count == 0) return {};
  return Status::io(format_count(changed.count) +
                    " of the images changed during the run, such as " + changed.first + "; " +
                    again() + ", which does them again.");
}

Status Job::check_precision(const ImageSource& source, const Network& network) {
  VERGER_ASSIGN_OR_RETURN(
      record_.precision_check,
      verger::check_precision(source, network.model, *network.reference, options_.image));
  stage_done("precision check");
  return {};
}

std::unique_ptr<ShardMoments> Job::gather_moments(std::size_t shards, int width) const {
  const RunIdentity run = of_features();
  return std::make_unique<ShardMoments>(run.input, run.output.store(), width, shards,
                                        crew_.elsewhere());
}

Result<Moments> Job::merge_moments() {
  auto moments = std::move(moments_);
  if (!moments) {
    VERGER_ASSIGN_OR_RETURN(moments, moments_of_features());
  }
  if (moments->for_crew()) {
    VERGER_ASSIGN_OR_RETURN(moments, merge_by_crew(std::move(moments)));
  }
  return moments->finish();
}

Status Job::make_moments(bool merge, std::span<const MomentsTask> tasks, ShardMoments& made) {
  const RunIdentity run = of_features();
  const MomentsStage stage{.run = run, .width = made.width(), .merge = merge};
  return crew_.moments(stage, tasks, pass(), [&](std::size_t task, MadeMoments moments) {
    return made.add(task, std::move(moments));
  });
}

Result<std::unique_ptr<ShardMoments>> Job::moments_of_features() {
  std::vector<MomentsTask> tasks;
  for (const auto& part : features_parts_) {
    tasks.push_back({.number = tasks.size(), .members = {{.features = part}}});
  }
  VERGER_ASSIGN_OR_RETURN(const int width, width_of({*input_, features_parts_}));
  auto made = gather_moments(tasks.size(), width);
  watch_.observer.stage_started("moments", static_cast<int64_t>(tasks.size()));
  VERGER_RETURN_IF_ERROR(make_moments(/*merge=*/false, tasks, *made));
  watch_.observer.stage_finished();
  stage_done("moments");
  return made;
}

// Groups of neighbours, then groups of what those gave, until they are few. The numbers go on from
// one pass to the next, so that no order has the name of another.
Result<std::unique_ptr<ShardMoments>> Job::merge_by_crew(std::unique_ptr<ShardMoments> moments) {
  watch_.observer.stage_started("merge", static_cast<int64_t>(merges_of(moments->size())));
  std::size_t number = 0;
  while (moments->for_crew()) {
    std::vector<MomentsTask> tasks;
    for (auto& group : moments->groups()) {
      tasks.push_back({.number = number++, .members = std::move(group)});
    }
    auto merged = gather_moments(tasks.size(), moments->width());
    VERGER_RETURN_IF_ERROR(make_moments(/*merge=*/true, tasks, *merged));
    moments = std::move(merged);
  }
  watch_.observer.stage_finished();
  stage_done("merge");
  return moments;
}

Result<PcaModel> Job::fit(const Moments& moments) {
  if (moments.count() < 2) {
    return Status::io("A PCA needs the features of at least 2 images, and " + input_->shown("") +
                      " gave " + format_count(moments.count()) +
                      "; the rejected table says why the others failed.");
  }
  watch_.observer.stage_started("fit", kUncounted);
  VERGER_ASSIGN_OR_RETURN(PcaModel model, fit_pca(moments, options_.pca));
  watch_.observer.stage_finished();
  record_.width = moments.width();
  record_.counts.features = moments.count();
  record_.counts.listed = record_.counts.features + record_.counts.rejected;
  stage_done("fit");
  return model;
}

Result<std::vector<PartInfo>> Job::project(std::span<const PartTask> tasks,
                                           const DecodedPcaModel& model) {
  std::vector<PartInfo> parts(tasks.size());
  watch_.observer.stage_started("project", static_cast<int64_t>(tasks.size()));
  const RunIdentity run = of_features();
  const auto keep = [&](std::size_t task, PartInfo part) -> Status {
    const std::lock_guard lock(mutex_);
    parts[task] = std::move(part);
    return {};
  };
  if (!tasks.empty()) {
    VERGER_RETURN_IF_ERROR(crew_.project({.run = run, .model = model}, tasks, pass(), keep));
  }
  watch_.observer.stage_finished();
  for (const auto& part : parts) written_.insert(part.name);
  stage_done("project");
  return parts;
}

}  // namespace verger
