// What an interrupted run left that need not be done again.
#pragma once

#include <span>
#include <vector>

#include "pipeline/output_folder.h"
#include "pipeline/reduction.h"
#include "pipeline/shard_writer.h"
#include "plan/shards.h"
#include "verger/status.h"

namespace verger {

// Hands to `writer` the shards of `shards` that an earlier run finished by the same recipe and
// whose files are all in the output, whole by their sizes. Returns the shards that remain, in
// order. A manifest that is damaged or of other images, options or weights counts as none.
Result<std::vector<Shard>> adopt_finished_shards(ShardWriter& writer, const OutputFolder& output,
                                                 std::span<const Shard> shards, const Pass& pass);

}  // namespace verger
