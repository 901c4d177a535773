// SPDX-License-Identifier: Apache-2.0
// All that a result records, read by a crew.
#pragma once

#include <cstddef>
#include <memory>

#include "base/watch.h"
#include "crew/crew.h"
#include "output/run_record.h"
#include "shards/record_group.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct Survey {
  std::size_t shards = 0;
  ReductionRecord reduction{};  // empty of a result without one
  GroupFindings all;            // what the shards and the reduction's files show
};

// `record`: of the result in `store`. kIo when one of its other records cannot be read.
Result<Survey> survey(const std::shared_ptr<Store>& store, const RunRecord& record, Crew& crew,
                      const StorageOptions& storage, Watch watch);

}  // namespace verger
