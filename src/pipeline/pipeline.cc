// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline.h"

#include <numeric>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "output/saved_model.h"
#include "pipeline/job.h"
#include "pipeline/update_job.h"

namespace verger {

namespace {

// All images, in shards; with `projection` they are projected at once.
Status extract_all(Job& job, const Network& network, const DecodedPcaModel* projection) {
  const RunIdentity run = job.of_images();
  const ExtractStage stage{.run = run,
                           .network = network,
                           .projection = projection,
                           .listing = job.images(),
                           .reads = job.images()};
  auto shards = plan_shards(job.images().size(), job.options().output.parts);
  std::vector<std::size_t> numbers(shards.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  auto moments = projection == nullptr
                     ? job.gather_moments(shards.size(), network.model.info().width)
                     : nullptr;
  ShardLedger ledger(job.output(), std::move(numbers), std::move(moments));
  VERGER_ASSIGN_OR_RETURN(shards, job.resume(stage, std::move(shards), ledger));
  std::vector<ShardTask> tasks;
  for (const Shard& shard : shards) {
    tasks.push_back({.shard = shard, .begin = shard.begin, .end = shard.end});
  }
  VERGER_RETURN_IF_ERROR(job.extract(stage, tasks, ledger));
  VERGER_RETURN_IF_ERROR(job.close_extraction(ledger));
  return network.reference == nullptr ? Status() : job.check_precision(job.images(), network);
}

// The features of all images → model and pca table.
Status reduce_all(Job& job) {
  VERGER_ASSIGN_OR_RETURN(const Moments moments, job.merge_moments());
  VERGER_ASSIGN_OR_RETURN(PcaModel fitted, job.fit(moments));
  const DecodedPcaModel model{.model = std::move(fitted), .provenance = job.provenance()};
  std::vector<PartTask> tasks;
  for (const auto& part : job.features_parts()) {
    tasks.push_back({.number = tasks.size(), .features = part});
  }
  VERGER_ASSIGN_OR_RETURN(job.reduction().parts, job.project(tasks, model));
  return job.save_model(model);
}

}  // namespace

Result<RunRecord> run(const std::string& input, const std::string& output, const Network& network,
                      const RunOptions& options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("run", input, output, options, Tables::kAll, crew, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(extract_all(*job, network, nullptr));
    return reduce_all(*job);
  };
  return job->finish(stages());
}

Result<RunRecord> extract(const std::string& input, const std::string& output,
                          const Network& network, const RunOptions& options, Crew& crew,
                          Watch watch) {
  VERGER_ASSIGN_OR_RETURN(
      auto job, Job::open("extract", input, output, options, Tables::kFeatures, crew, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  return job->finish(extract_all(*job, network, nullptr));
}

Result<RunRecord> reduce(const std::string& input, const std::string& output,
                         const RunOptions& options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(
      auto job, Job::open("reduce", input, output, options, Tables::kReduction, crew, watch));
  VERGER_RETURN_IF_ERROR(job->find_features());
  VERGER_RETURN_IF_ERROR(job->begin(nullptr));
  return job->finish(reduce_all(*job));
}

Result<RunRecord> apply(const std::string& input, const std::string& output, const Network& network,
                        const DecodedPcaModel& reduction, const RunOptions& options, Crew& crew,
                        Watch watch) {
  VERGER_RETURN_IF_ERROR(check_same_network(reduction, network.model.info()));
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("apply", input, output, options, Tables::kAll, crew, watch));
  VERGER_RETURN_IF_ERROR(job->list());
  VERGER_RETURN_IF_ERROR(job->begin(&network.model.info()));
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(extract_all(*job, network, &reduction));
    return job->save_model(reduction);
  };
  return job->finish(stages());
}

Result<RunRecord> update(const std::string& input, const std::string& output,
                         const Network& network, const RunOptions& options,
                         const UpdateOptions& update_options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          UpdateJob::open(input, output, options, update_options, crew, watch));
  VERGER_RETURN_IF_ERROR(job->compare(network.model.info()));
  if (job->up_to_date()) return job->unchanged();
  VERGER_RETURN_IF_ERROR(job->begin(network.model.info()));
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(job->extract(network));
    VERGER_RETURN_IF_ERROR(job->fit());
    VERGER_RETURN_IF_ERROR(job->project());
    return job->save_model();
  };
  return job->finish(stages());
}

}  // namespace verger
