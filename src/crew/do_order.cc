// SPDX-License-Identifier: Apache-2.0
#include "crew/do_order.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/fault_point.h"
#include "base/option_name.h"
#include "base/process.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/zero_filled.h"
#include "crew/planned_images.h"
#include "crew/thread_crew.h"
#include "input/selected_source.h"
#include "output/lease.h"
#include "output/saved_model.h"
#include "plan/recipe.h"

namespace verger {

namespace {

constexpr std::size_t kMostPlaces = 8;  // One worker serves so many runs in turn.

std::string this_worker() {
  const ProcessIdentity self = this_process();
  return self.host + ':' + std::to_string(self.pid) + ':' + std::to_string(self.started);
}

// The recipe of an order is that of its run, or its rows would differ from the others'.
Status check_recipe(const ExtractOrder& work, const ModelInfo& model) {
  if (model.weights_sha256 != work.network_sha256) {
    return Status::model("This machine's weights " + model.weights + " have the SHA-256 " +
                         model.weights_sha256 + ", and those of the run " + work.network_sha256 +
                         "; give the worker the run's own by " + option_name("weights") + ".");
  }
  if (extraction_sha256(work.image, model) == work.options_sha256) return {};
  return Status::model(
      "This worker would compute other features than the run's driver, with another version or "
      "engine (" +
      model.engine + "); let them be the same.");
}

// The rows of a shard that is written anew, and the images that are read for it.
struct Rewriting {
  ShardMatch match;
  std::vector<std::size_t> changed;
};

Result<Rewriting> rewriting_of(const ExtractOrder& work, const Store& output) {
  Rewriting rewriting;
  if (!work.rewrite) return rewriting;
  VERGER_ASSIGN_OR_RETURN(rewriting.match,
                          match_of(work.rewrite->rows, output, work.rewrite->manifest));
  rewriting.changed = rewriting.match.images(RowFate::kChanged);
  return rewriting;
}

// Does the shard, unless another attempt has finished it already.
Result<Outcome::Extracted> do_shard(const ExtractStage& stage, const ShardTask& task, int attempt,
                                    const Pass& pass, OrderEffort& effort) {
  ThreadCrew crew(attempt);
  const ShardWriter writer = crew.writer_of(stage);
  const auto all = images_of(Shard{.number = 0, .begin = 0, .end = stage.listing.size()});
  if (auto done = writer.standing(writer.expected(task.shard, stage.listing, all))) {
    return Outcome::Extracted{.manifest = *std::move(done), .features_changed = true};
  }
  Outcome::Extracted outcome;
  const ShardDone keep = [&](FinishedShard shard) -> Status {
    outcome = {std::move(shard.manifest), shard.features_changed};
    return {};
  };
  VERGER_ASSIGN_OR_RETURN(const Effort made, crew.extract(stage, std::span(&task, 1), pass, keep));
  effort.times = made.times;
  effort.cpu_seconds = made.cpu_seconds;
  return outcome;
}

}  // namespace

Outcome OrderDoer::run(const Order& order, const CancelToken& cancel) {
  auto outcome = run_stage(order, cancel);
  if (outcome.ok()) return *std::move(outcome);
  return {.order = order.name,
          .attempt = order.attempt,
          .result = std::move(outcome).error(),
          .effort = {}};
}

Result<Outcome> OrderDoer::run_stage(const Order& order, const CancelToken& cancel) {
  VERGER_ASSIGN_OR_RETURN(const auto input, place(order.input, order.typed_input, order.storage));
  VERGER_ASSIGN_OR_RETURN(const auto place_of_output,
                          place(order.output, order.typed_output, order.storage));
  const auto fence = std::make_shared<WorkerFence>(place_of_output, order.lease);
  if (!std::holds_alternative<InspectOrder>(order.work)) {
    VERGER_RETURN_IF_ERROR(fence->check());  // or what it was to read may be gone
  }
  const OutputFolder output =
      OutputFolder(place_of_output, order.layout, Tables::kAll).fenced(fence);
  RunOptions options;
  options.storage = order.storage;
  options.output.layout = order.layout;
  if (const auto* work = std::get_if<ExtractOrder>(&order.work)) {
    options.image = work->image;
    options.strict = work->strict;
  }
  const RunIdentity run{.input = *input,
                        .output = output,
                        .options = options,
                        .uuid = order.uuid,
                        .mark = order.mark,
                        .lease = order.lease};
  Observer observer;
  const Pass pass{setup_.threads, cancel, observer};
  Outcome outcome{.order = order.name, .attempt = order.attempt, .result = Status(), .effort = {}};
  outcome.effort.worker = this_worker();
  if (const auto* work = std::get_if<ExtractOrder>(&order.work)) {
    VERGER_ASSIGN_OR_RETURN(outcome.result,
                            extract(run, order, *work, input, pass, outcome.effort));
  } else if (const auto* part = std::get_if<MomentsOrder>(&order.work)) {
    VERGER_ASSIGN_OR_RETURN(outcome.result, moments(run, order, *part, pass));
  } else if (const auto* records = std::get_if<InspectOrder>(&order.work)) {
    VERGER_ASSIGN_OR_RETURN(outcome.result, check_group(*place_of_output, records->group));
  } else {
    VERGER_ASSIGN_OR_RETURN(outcome.result,
                            project(run, order, std::get<ProjectOrder>(order.work), pass));
  }
  return outcome;
}

Result<Outcome::Extracted> OrderDoer::extract(const RunIdentity& run, const Order& order,
                                              const ExtractOrder& work,
                                              std::shared_ptr<const Store> input, const Pass& pass,
                                              OrderEffort& effort) {
  VERGER_ASSIGN_OR_RETURN(const Model* model, network(work, order.storage));
  VERGER_RETURN_IF_ERROR(check_recipe(work, model->info()));
  const DecodedPcaModel* projection = nullptr;
  if (work.projection) {
    VERGER_ASSIGN_OR_RETURN(projection, saved_model(run.output.store(), *work.projection));
  }
  VERGER_ASSIGN_OR_RETURN(PlanRows rows, read_plan_part(run.output.store(), work.plan));
  VERGER_ASSIGN_OR_RETURN(const auto listing,
                          planned_source(std::move(input), std::move(rows), work.input));
  VERGER_ASSIGN_OR_RETURN(const Rewriting rewriting, rewriting_of(work, run.output.store()));
  const SelectedSource changed(*listing, rewriting.changed);
  const ImageSource& reads = work.rewrite ? static_cast<const ImageSource&>(changed) : *listing;
  const Network network{.model = *model};
  const ExtractStage stage{
      .run = run,
      .network = network,
      .projection = projection,
      .listing = *listing,
      .reads = reads,
      .match = [&](const ShardManifest&) -> Result<ShardMatch> { return rewriting.match; }};
  const ShardTask task{.shard = work.shard,
                       .begin = 0,
                       .end = reads.size(),
                       .replaces = work.rewrite ? &work.rewrite->manifest : nullptr};
  return do_shard(stage, task, order.attempt, pass, effort);
}

Result<Outcome::Reduced> OrderDoer::moments(const RunIdentity& run, const Order& order,
                                            const MomentsOrder& work, const Pass& pass) {
  const MomentsStage stage{.run = run, .width = work.width, .merge = work.merge};
  const MomentsTask task{.number = work.number, .members = work.members};
  std::optional<Moments> made;
  VERGER_RETURN_IF_ERROR(ThreadCrew(order.attempt)
                             .moments(stage, std::span(&task, 1), pass,
                                      [&](std::size_t, MadeMoments moments) -> Status {
                                        made = std::get<Moments>(std::move(moments));
                                        return {};
                                      }));
  fault_point("moments-made");
  Outcome::Reduced outcome;
  if (!work.merge && made->count() < made->width()) return outcome;  // sooner read again
  const auto bytes = made->serialise();
  outcome.moments = PartInfo{
      .name = below(kPlanFolder, order_name(order.stage(), work.number) + '-' + run.uuid + "-c" +
                                     zero_filled(static_cast<std::size_t>(order.attempt), 3) +
                                     ".moments"),
      .rows = made->count(),
      .bytes = static_cast<int64_t>(bytes.size()),
      .sha256 = sha256_hex(bytes)};
  VERGER_RETURN_IF_ERROR(run.output.store().write(outcome.moments->name, bytes));
  return outcome;
}

Result<Outcome::Projected> OrderDoer::project(const RunIdentity& run, const Order& order,
                                              const ProjectOrder& work, const Pass& pass) {
  VERGER_ASSIGN_OR_RETURN(const DecodedPcaModel* model,
                          saved_model(run.output.store(), work.projection));
  const PartTask task{.number = work.number, .features = work.features};
  Outcome::Projected outcome;
  VERGER_RETURN_IF_ERROR(ThreadCrew(order.attempt)
                             .project({.run = run, .model = *model}, std::span(&task, 1), pass,
                                      [&](std::size_t, PartInfo part) -> Status {
                                        outcome.part = std::move(part);
                                        return {};
                                      }));
  return outcome;
}

Result<std::shared_ptr<Store>> OrderDoer::place(const std::string& uri, const std::string& typed,
                                                const StorageOptions& storage) {
  const std::string key =
      uri + '\n' + typed + '\n' + storage.s3_endpoint + '\n' + storage.s3_region + '\n' +
      storage.s3_addressing + '\n' + std::to_string(storage.s3_anonymous) + '\n' +
      std::to_string(storage.s3_requester_pays) + '\n' + std::to_string(storage.retries);
  if (const auto entry = places_.find(key); entry != places_.end()) return entry->second;
  VERGER_ASSIGN_OR_RETURN(auto opened, Store::open(uri, storage, typed));
  if (places_.size() >= kMostPlaces) places_.clear();
  return places_[key] = std::move(opened);
}

Result<const Model*> OrderDoer::network(const ExtractOrder& work, const StorageOptions& storage) {
  const std::string key =
      work.network_sha256 + '\n' + std::string(precision_name(work.network.precision));
  if (network_ && network_key_ == key) return network_.get();
  ModelOptions options = work.network;
  if (!setup_.weights.empty() && !is_untrained(options.weights)) {
    (options.model.empty() ? options.weights : options.model) = setup_.weights;
  }
  network_.reset();
  VERGER_ASSIGN_OR_RETURN(network_, setup_.load(options, storage));
  network_key_ = key;
  return network_.get();
}

Result<const DecodedPcaModel*> OrderDoer::saved_model(const Store& output,
                                                      const OrderedModel& model) {
  if (saved_sha256_ != model.sha256) {
    VERGER_ASSIGN_OR_RETURN(saved_, load_model(output, std::string(kPlanFolder), model.prefix));
    saved_sha256_ = model_sha256(saved_);
  }
  if (saved_sha256_ == model.sha256) return &saved_;
  saved_sha256_.clear();
  return Status::model("The model in " + output.shown(std::string(kPlanFolder)) +
                       " is not the one that the order is by.");
}

}  // namespace verger
