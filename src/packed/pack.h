// SPDX-License-Identifier: Apache-2.0
// Loose images → containers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/watch.h"
#include "plan/selection.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct PackPlan {
  InputOptions input{};
  PackOptions pack{};
  int reads_in_flight = 4;
  bool overwrite = false;  // replace the containers that OUTPUT holds
  bool resume = false;     // keep those of them that this pack would write again
};

struct PackRecord {
  int64_t images = 0;
  int64_t bytes = 0;  // how much the images take
  int64_t containers = 0;
  int64_t kept = 0;  // containers that were there already
  PassedOver passed_over{};
};

// Packs the images of `input` in the order of their sorted list into part-NNNNN-<hash>.parquet or
// .tar, each visible once it is whole, then `_SUCCESS`. The hash is of what is in the container, so
// the same images give the same names, and the same bytes. An image that cannot be read ends the
// pack (kIo): a copy leaves nothing out. So does another pack or run that is writing to `output`.
Result<PackRecord> pack(const Store& input, std::shared_ptr<Store> output, const PackPlan& plan,
                        const Watch& watch);

}  // namespace verger
