// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline.h"

#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "output/saved_model.h"
#include "pipeline/job.h"
#include "pipeline/update_job.h"

namespace verger {

namespace {

std::vector<ShardTask> tasks_of(std::span<const Shard> shards) {
  std::vector<ShardTask> tasks;
  for (const Shard& shard : shards) {
    tasks.push_back({.shard = shard, .begin = shard.begin, .end = shard.end});
  }
  return tasks;
}

// All images in shards, and the ledger that they are entered into.
struct Extraction {
  Extraction(Job& job, const Network& network, const DecodedPcaModel* projection)
      : run(job.of_images()),
        stage{.run = run,
              .network = network,
              .projection = projection,
              .listing = job.images(),
              .reads = job.images()},
        shards(plan_shards(job.images().size(), job.options().output.parts)),
        ledger(job.output(), numbers_of(shards.size()),
               projection == nullptr ? job.gather_moments(shards.size(), network.model.info().width)
                                     : nullptr) {}

  static std::vector<std::size_t> numbers_of(std::size_t shards) {
    std::vector<std::size_t> numbers(shards);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
  }

  const RunIdentity run;
  const ExtractStage stage;
  std::vector<Shard> shards;
  ShardLedger ledger;
};

// With `projection` they are projected at once.
Status extract_all(Job& job, const Network& network, const DecodedPcaModel* projection) {
  Extraction extraction(job, network, projection);
  VERGER_ASSIGN_OR_RETURN(
      const auto remaining,
      job.resume(extraction.stage, std::move(extraction.shards), extraction.ledger));
  VERGER_RETURN_IF_ERROR(job.extract(extraction.stage, tasks_of(remaining), extraction.ledger));
  VERGER_RETURN_IF_ERROR(job.close_extraction(extraction.ledger));
  return network.reference == nullptr ? Status() : job.check_precision(job.images(), network);
}

// What extract_all() would do. Without the network nobody knows which shards are finished.
Result<RunRecord> plan_all(Job& job, const Network* network, const DecodedPcaModel* projection) {
  if (network == nullptr) {
    if (job.options().output.resume) {
      job.watch().observer.note("Which shards are finished cannot be told without the weights.");
    }
    return job.planned(tasks_of(plan_shards(job.images().size(), job.options().output.parts)),
                       job.images());
  }
  Extraction extraction(job, *network, projection);
  VERGER_ASSIGN_OR_RETURN(
      const auto remaining,
      job.resume(extraction.stage, std::move(extraction.shards), extraction.ledger));
  return job.planned(tasks_of(remaining), job.images());
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

Result<RunRecord> run(const std::string& input, const std::string& output,
                      const FindNetwork& find_network, const RunOptions& options, Crew& crew,
                      Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("run", input, output, options, Tables::kAll, crew, watch));
  VERGER_ASSIGN_OR_RETURN(const Network* const network, job->prepare(find_network));
  if (options.dry_run) return plan_all(*job, network, nullptr);
  VERGER_RETURN_IF_ERROR(job->begin());
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(extract_all(*job, *network, nullptr));
    return reduce_all(*job);
  };
  return job->finish(stages());
}

Result<RunRecord> extract(const std::string& input, const std::string& output,
                          const FindNetwork& find_network, const RunOptions& options, Crew& crew,
                          Watch watch) {
  VERGER_ASSIGN_OR_RETURN(
      auto job, Job::open("extract", input, output, options, Tables::kFeatures, crew, watch));
  VERGER_ASSIGN_OR_RETURN(const Network* const network, job->prepare(find_network));
  if (options.dry_run) return plan_all(*job, network, nullptr);
  VERGER_RETURN_IF_ERROR(job->begin());
  return job->finish(extract_all(*job, *network, nullptr));
}

Result<RunRecord> reduce(const std::string& input, const std::string& output,
                         const RunOptions& options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(
      auto job, Job::open("reduce", input, output, options, Tables::kReduction, crew, watch));
  VERGER_RETURN_IF_ERROR(job->find_features());
  VERGER_RETURN_IF_ERROR(job->begin());
  return job->finish(reduce_all(*job));
}

Result<RunRecord> apply(const std::string& input, const std::string& output,
                        const FindNetwork& find_network, const DecodedPcaModel& reduction,
                        const RunOptions& options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          Job::open("apply", input, output, options, Tables::kAll, crew, watch));
  const auto find_same = [&]() -> Result<const Network*> {
    VERGER_ASSIGN_OR_RETURN(const Network* const network, find_network());
    if (network == nullptr) return network;
    VERGER_RETURN_IF_ERROR(check_same_network(reduction, network->model.info()));
    return network;
  };
  VERGER_ASSIGN_OR_RETURN(const Network* const network, job->prepare(find_same));
  if (options.dry_run) return plan_all(*job, network, &reduction);
  VERGER_RETURN_IF_ERROR(job->begin());
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(extract_all(*job, *network, &reduction));
    return job->save_model(reduction);
  };
  return job->finish(stages());
}

Result<RunRecord> update(const std::string& input, const std::string& output,
                         const FindNetwork& find_network, const RunOptions& options,
                         const UpdateOptions& update_options, Crew& crew, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto job,
                          UpdateJob::open(input, output, options, update_options, crew, watch));
  VERGER_ASSIGN_OR_RETURN(const Network* const network, job->prepare(find_network));
  VERGER_RETURN_IF_ERROR(job->compare());
  if (job->up_to_date()) return job->unchanged();
  if (options.dry_run) return job->planned();
  VERGER_RETURN_IF_ERROR(job->begin());
  const auto stages = [&]() -> Status {
    VERGER_RETURN_IF_ERROR(job->extract(*network));
    VERGER_RETURN_IF_ERROR(job->fit());
    VERGER_RETURN_IF_ERROR(job->project());
    return job->save_model();
  };
  return job->finish(stages());
}

}  // namespace verger
