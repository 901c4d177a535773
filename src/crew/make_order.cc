// SPDX-License-Identifier: Apache-2.0
#include "crew/make_order.h"

#include <utility>

#include "base/status_macros.h"
#include "base/zero_filled.h"
#include "crew/planned_images.h"
#include "output/saved_model.h"
#include "plan/recipe.h"
#include "s3/s3_place.h"
#include "storage/local_path.h"

namespace verger {

ExtractOrder extract_order(const ExtractStage& stage) {
  const RunOptions& options = stage.run.options;
  const ModelInfo& model = stage.network.model.info();
  ExtractOrder order;
  order.image = options.image;
  order.strict = options.strict;
  order.input.image_column = options.input.image_column;
  order.input.label_column = options.input.label_column;
  order.network = options.model;
  // A worker need not search where the driver found it.
  if (!stage.network.file.empty()) {
    (options.model.model.empty() ? order.network.weights : order.network.model) =
        stage.network.file;
  }
  order.network_sha256 = model.weights_sha256;
  order.options_sha256 = extraction_sha256(options.image, model);
  return order;
}

Result<OrderMaker> OrderMaker::of(const RunIdentity& run) {
  Order order;
  order.input = uri_of(run.input.display_path(""));
  order.output = uri_of(run.output.store().display_path(""));
  order.typed_input = run.input.shown("");
  order.typed_output = run.output.store().shown("");
  order.storage = run.options.storage;
  if (order.input.starts_with("s3:") || order.output.starts_with("s3:")) {
    VERGER_ASSIGN_OR_RETURN(order.storage, with_environment(order.storage));
  }
  order.layout = run.options.output.layout;
  order.uuid = run.uuid;
  order.mark = run.mark;
  order.lease = run.lease;
  return OrderMaker(run, std::move(order));
}

Result<OrderedModel> OrderMaker::write_model(const DecodedPcaModel& model) const {
  OrderedModel saved{.prefix = run_.uuid + '-', .sha256 = model_sha256(model)};
  VERGER_ASSIGN_OR_RETURN(
      const auto files,
      save_model(run_.output.store(), std::string(kPlanFolder), model, saved.prefix));
  return saved;
}

Result<Order> OrderMaker::extract(const ExtractStage& stage, const ExtractOrder& common,
                                  const ShardTask& task) const {
  ExtractOrder work = common;
  work.shard = task.shard;
  PlanRows rows;
  if (task.replaces == nullptr) {
    for (std::size_t i = task.begin; i < task.end; ++i) add_image(stage.reads.listed(i), rows);
  } else {
    VERGER_ASSIGN_OR_RETURN(const ShardMatch match, stage.match(*task.replaces));
    work.rewrite = {.manifest = *task.replaces, .rows = letters_of(match)};
    for (std::size_t row = 0; row < match.fate.size(); ++row) {
      if (match.fate[row] == RowFate::kRemoved) continue;
      add_image(stage.listing.listed(match.image[row]), rows);
    }
  }
  const auto name =
      below(kPlanFolder, zero_filled(task.shard.number, 5) + '-' + run_.uuid + ".parquet");
  VERGER_ASSIGN_OR_RETURN(work.plan, write_plan_part(run_.output.store(), name, rows));
  Order order = common_;
  order.name = order_name("extract", task.shard.number);
  order.work = std::move(work);
  return order;
}

Result<Order> OrderMaker::moments(const MomentsStage& stage, const MomentsTask& task) const {
  Order order = common_;
  order.name = order_name(moments_stage_name(stage.merge), task.number);
  order.work = MomentsOrder{
      .merge = stage.merge, .number = task.number, .width = stage.width, .members = task.members};
  return order;
}

Result<Order> OrderMaker::project(const PartTask& task, const OrderedModel& model) const {
  Order order = common_;
  order.name = order_name("project", task.number);
  order.work = ProjectOrder{.number = task.number, .features = task.features, .projection = model};
  return order;
}

Result<Order> OrderMaker::inspect(const InspectTask& task) const {
  Order order = common_;
  order.name = order_name("inspect", task.number);
  order.work = InspectOrder{.number = task.number, .group = task.group};
  return order;
}

}  // namespace verger
