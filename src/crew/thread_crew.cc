#include "crew/thread_crew.h"

#include <algorithm>
#include <ctime>
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
  Status read_images(std::span<const Shard> shards, const Pass& pass, StageTimes& times);
  Status settle(ShardResult result);
  Status write_anew(const ShardTask& task, ShardResult anew);

  const ExtractStage& stage_;
  const std::span<const ShardTask> tasks_;
  const ShardWriter writer_;
  const ShardDone& done_;
};

Result<StageTimes> Extraction::run(const Pass& pass) {
  // Shards that only lost images: nothing is read from INPUT for them.
  std::vector<const ShardTask*> shrunk;
  std::vector<Shard> shards;  // of the images to read
  for (const ShardTask& task : tasks_) {
    if (task.begin == task.end) {
      shrunk.push_back(&task);
    } else {
      shards.push_back({task.shard.number, task.begin, task.end});
    }
  }
  VERGER_RETURN_IF_ERROR(parallel_for(shrunk.size(), pass.threads, pass.cancel,
                                      [&](std::size_t i) { return write_anew(*shrunk[i], {}); }));
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
  return extract_shards(
      stage_.reads, shards, stage_.network.model, worker, pass.cancel, pass.observer,
      [&](ShardResult result) { return settle(std::move(result)); }, &times);
}

Status Extraction::settle(ShardResult result) {
  const auto task =
      std::ranges::lower_bound(tasks_, result.shard.number, {},
                               [](const ShardTask& candidate) { return candidate.shard.number; });
  if (task->replaces != nullptr) return write_anew(*task, std::move(result));
  const auto images = images_of(result.shard);
  result.shard = task->shard;
  VERGER_ASSIGN_OR_RETURN(FinishedShard shard, writer_.write(result, stage_.reads, images));
  shard.features_changed = result.features.size() > 0;
  return done_(std::move(shard));
}

Status Extraction::write_anew(const ShardTask& task, ShardResult anew) {
  const Store& store = stage_.run.output.store();
  const auto width = static_cast<std::size_t>(stage_.network.model.info().width);
  VERGER_ASSIGN_OR_RETURN(const ShardMatch match, stage_.match(*task.replaces));
  VERGER_ASSIGN_OR_RETURN(const RewrittenShard rewritten,
                          rewrite_shard(store, *task.replaces, match, std::move(anew), width));
  VERGER_ASSIGN_OR_RETURN(FinishedShard shard,
                          writer_.write(rewritten.result, stage_.listing, rewritten.images));
  shard.features_changed = rewritten.features_changed;
  return done_(std::move(shard));
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

}  // namespace verger
