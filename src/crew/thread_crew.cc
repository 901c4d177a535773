// SPDX-License-Identifier: Apache-2.0
#include "crew/thread_crew.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "output/saved_model.h"
#include "shards/extract_shards.h"
#include "shards/features_table.h"
#include "shards/shard_moments.h"

namespace verger {

namespace {

double process_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// One extraction: its tasks, and how their results are written.
class Extraction {
 public:
  Extraction(const ExtractStage& stage, std::span<const ShardTask> tasks, ShardWriter writer,
             const ShardDone& done)
      : stage_(stage), tasks_(tasks), writer_(std::move(writer)), done_(done) {}

  Result<StageTimes> run(const Pass& pass);

 private:
  class NewShard;
  class ChangedShard;

  Status read_images(std::span<const Shard> shards, const Pass& pass, StageTimes& times);
  Result<std::unique_ptr<ShardSink>> open(const ShardTask& task);

  const ExtractStage& stage_;
  const std::span<const ShardTask> tasks_;
  const ShardWriter writer_;
  const ShardDone& done_;
};

class Extraction::NewShard final : public ShardSink {
 public:
  NewShard(const Extraction& extraction, const ShardTask& task, std::unique_ptr<OpenShard> shard)
      : extraction_(extraction), task_(task), shard_(std::move(shard)) {}

  Status add(FeatureRows features, std::vector<RejectedRow> rejected) override {
    return shard_->add(features, std::move(rejected));
  }

  Status finish() override {
    const auto images = images_of({.begin = task_.begin, .end = task_.end});
    VERGER_ASSIGN_OR_RETURN(FinishedShard done, shard_->finish(extraction_.stage_.reads, images));
    done.features_changed = done.manifest.counts.features > 0;
    return extraction_.done_(std::move(done));
  }

 private:
  const Extraction& extraction_;
  const ShardTask& task_;
  const std::unique_ptr<OpenShard> shard_;
};

class Extraction::ChangedShard final : public ShardSink {
 public:
  ChangedShard(const Extraction& extraction, std::unique_ptr<ShardRewrite> shard)
      : extraction_(extraction), shard_(std::move(shard)) {}

  Status add(FeatureRows features, std::vector<RejectedRow> rejected) override {
    return shard_->add(std::move(features), std::move(rejected));
  }

  Status finish() override {
    VERGER_ASSIGN_OR_RETURN(FinishedShard done, shard_->finish(extraction_.stage_.listing));
    return extraction_.done_(std::move(done));
  }

 private:
  const Extraction& extraction_;
  const std::unique_ptr<ShardRewrite> shard_;
};

Result<StageTimes> Extraction::run(const Pass& pass) {
  // Shards that only lost images: nothing is read from INPUT for them.
  std::vector<const ShardTask*> shrunk;
  std::vector<Shard> shards;  // hold the images to read
  for (const ShardTask& task : tasks_) {
    if (task.begin == task.end) {
      shrunk.push_back(&task);
    } else {
      shards.push_back({task.shard.number, task.begin, task.end});
    }
  }
  const auto write_anew = [&](std::size_t i) -> Status {
    VERGER_ASSIGN_OR_RETURN(const auto shard, open(*shrunk[i]));
    return shard->finish();
  };
  VERGER_RETURN_IF_ERROR(parallel_for(shrunk.size(), pass.threads, pass.cancel, write_anew));
  StageTimes times;
  if (!shards.empty()) VERGER_RETURN_IF_ERROR(read_images(shards, pass, times));
  return times;
}

Status Extraction::read_images(std::span<const Shard> shards, const Pass& pass, StageTimes& times) {
  const RunOptions& options = stage_.run.options;
  const int reads = options.storage.reads_in_flight;
  const WorkerOptions worker{
      .image = options.image,
      .strict = options.strict,
      .threads = pass.threads,
      .reads_in_flight = reads > 0 ? reads : stage_.reads.default_reads_in_flight()};
  const OpenSink open_shard = [&](const Shard& shard) {
    const auto number = [](const ShardTask& task) { return task.shard.number; };
    return open(*std::ranges::lower_bound(tasks_, shard.number, {}, number));
  };
  return extract_shards(stage_.reads, shards, stage_.network.model, worker, pass.cancel,
                        pass.observer, open_shard, &times);
}

Result<std::unique_ptr<ShardSink>> Extraction::open(const ShardTask& task) {
  if (task.replaces == nullptr) {
    VERGER_ASSIGN_OR_RETURN(auto shard, writer_.begin(task.shard));
    return std::unique_ptr<ShardSink>(new NewShard(*this, task, std::move(shard)));
  }
  const auto width = static_cast<std::size_t>(stage_.network.model.info().width);
  VERGER_ASSIGN_OR_RETURN(ShardMatch match, stage_.match(*task.replaces));
  VERGER_ASSIGN_OR_RETURN(auto shard, ShardRewrite::begin(stage_.run.output.store(), *task.replaces,
                                                          std::move(match), writer_, width));
  return std::unique_ptr<ShardSink>(new ChangedShard(*this, std::move(shard)));
}

}  // namespace

ShardWriter ThreadCrew::writer_of(const ExtractStage& stage) const {
  const RunIdentity& run = stage.run;
  const DecodedPcaModel* saved = stage.projection;
  return ShardWriter({.output = run.output,
                      .model = stage.network.model.info(),
                      .image = run.options.image,
                      .layout = run.options.output.layout,
                      .uuid = run.uuid,
                      .mark = run.mark,
                      .projection = saved == nullptr ? nullptr : &saved->model,
                      .projection_sha256 = saved == nullptr ? "" : model_sha256(*saved),
                      .attempt = attempt_,
                      .shared = shared_});
}

Result<Effort> ThreadCrew::extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                                   const Pass& pass, const ShardDone& done) {
  const double cpu_start = process_cpu_seconds();
  VERGER_ASSIGN_OR_RETURN(const StageTimes times,
                          Extraction(stage, tasks, writer_of(stage), done).run(pass));
  return Effort{.times = times, .cpu_seconds = process_cpu_seconds() - cpu_start};
}

Status ThreadCrew::moments(const MomentsStage& stage, std::span<const MomentsTask> tasks,
                           const Pass& pass, const MomentsDone& done) {
  const RunIdentity& run = stage.run;
  const auto count = static_cast<int>(std::max<std::size_t>(tasks.size(), 1));
  return parallel_for(tasks.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
    const std::vector<StoredMoments>& members = tasks[i].members;
    ShardMoments merged(run.input, run.output.store(), stage.width, members.size(), elsewhere());
    VERGER_RETURN_IF_ERROR(
        parallel_for(members.size(), pass.threads / count, pass.cancel,
                     [&](std::size_t member) { return merged.add(member, members[member]); }));
    VERGER_ASSIGN_OR_RETURN(Moments moments, merged.finish());
    pass.observer.advanced(1, 0);
    return done(i, std::move(moments));
  });
}

Status ThreadCrew::project(const ProjectStage& stage, std::span<const PartTask> tasks,
                           const Pass& pass, const PartDone& done) {
  const RunIdentity& run = stage.run;
  return parallel_for(tasks.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
    const auto file = part_file_name(tasks[i].number, run.uuid, attempt_);
    VERGER_ASSIGN_OR_RETURN(PartInfo part,
                            project_part(run.input, tasks[i].features, run.output, file,
                                         run.options.output.layout, stage.model.model));
    pass.observer.advanced(1, 0);
    return done(i, std::move(part));
  });
}

Status ThreadCrew::inspect(const InspectStage& stage, std::span<const InspectTask> tasks,
                           const Pass& pass, const GroupDone& done) {
  return parallel_for(tasks.size(), pass.threads, pass.cancel, [&](std::size_t i) -> Status {
    VERGER_ASSIGN_OR_RETURN(GroupFindings findings,
                            check_group(stage.run.output.store(), tasks[i].group));
    pass.observer.advanced(1, 0);
    return done(i, std::move(findings));
  });
}

}  // namespace verger
