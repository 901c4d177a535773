// SPDX-License-Identifier: Apache-2.0
// What an interrupted run left that need not be done again.
#pragma once

#include <span>
#include <vector>

#include "crew/crew.h"
#include "plan/shards.h"
#include "shards/shard_ledger.h"
#include "verger/status.h"

namespace verger {

// Enters into `ledger` the shards of `shards` that an earlier run finished by the recipe of `stage`
// and whose files are all in the output, whole by their sizes. Returns the shards that remain, in
// order. A manifest that is damaged or of other images, options or weights counts as none.
Result<std::vector<Shard>> adopt_finished_shards(const ExtractStage& stage,
                                                 std::span<const Shard> shards, ShardLedger& ledger,
                                                 const Pass& pass);

}  // namespace verger
