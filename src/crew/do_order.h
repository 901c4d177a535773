// SPDX-License-Identifier: Apache-2.0
// One order, done by the threads of this process.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/cancel.h"
#include "crew/crew.h"
#include "crew/order.h"
#include "crew/worker.h"
#include "storage/store.h"

namespace verger {

// Keeps what one order opened for the next: places, the network, the saved model. One thread.
class OrderDoer {
 public:
  explicit OrderDoer(const WorkerSetup& setup) : setup_(setup) {}

  // Writes through the fence of the order's run. An order that cannot be done is an outcome too.
  Outcome run(const Order& order, const CancelToken& cancel);

 private:
  Result<Outcome> run_stage(const Order& order, const CancelToken& cancel);
  Result<Outcome::Extracted> extract(const RunIdentity& run, const Order& order,
                                     const ExtractOrder& work, std::shared_ptr<const Store> input,
                                     const Pass& pass, OrderEffort& effort);
  Result<Outcome::Reduced> moments(const RunIdentity& run, const Order& order,
                                   const MomentsOrder& work, const Pass& pass);
  Result<Outcome::Projected> project(const RunIdentity& run, const Order& order,
                                     const ProjectOrder& work, const Pass& pass);

  Result<std::shared_ptr<Store>> place(const std::string& uri, const std::string& typed,
                                       const StorageOptions& storage);
  Result<const Model*> network(const ExtractOrder& work, const StorageOptions& storage);
  Result<const DecodedPcaModel*> saved_model(const Store& output, const OrderedModel& model);

  const WorkerSetup& setup_;
  std::map<std::string, std::shared_ptr<Store>> places_;  // by the place and its options
  std::string network_key_;
  std::unique_ptr<Model> network_;
  std::string saved_sha256_;
  DecodedPcaModel saved_;
};

}  // namespace verger
