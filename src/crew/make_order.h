// SPDX-License-Identifier: Apache-2.0
// What a driver writes of a stage's tasks for workers elsewhere: their orders, and before them the
// files of _verger/plan/ that they name.
#pragma once

#include "crew/crew.h"
#include "crew/order.h"
#include "verger/status.h"

namespace verger {

// What all orders of an extraction have in common.
ExtractOrder extract_order(const ExtractStage& stage);

// Thread-safe.
class OrderMaker {
 public:
  // kInvalidArgument when the environment's options of S3 are unusable. Borrows `run`.
  static Result<OrderMaker> of(const RunIdentity& run);

  Result<OrderedModel> write_model(const DecodedPcaModel& model) const;

  // `common`: of extract_order().
  Result<Order> extract(const ExtractStage& stage, const ExtractOrder& common,
                        const ShardTask& task) const;
  Result<Order> moments(const MomentsStage& stage, const MomentsTask& task) const;
  Result<Order> project(const PartTask& task, const OrderedModel& model) const;
  Result<Order> inspect(const InspectTask& task) const;

 private:
  OrderMaker(const RunIdentity& run, Order common) : run_(run), common_(std::move(common)) {}

  const RunIdentity& run_;
  const Order common_;
};

}  // namespace verger
