// SPDX-License-Identifier: Apache-2.0
#include "pipeline/resume.h"

#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "crew/thread_crew.h"
#include "output/file_sizes.h"

namespace verger {

Result<std::vector<Shard>> adopt_finished_shards(const ExtractStage& stage,
                                                 std::span<const Shard> shards, ShardLedger& ledger,
                                                 const Pass& pass) {
  const OutputFolder& output = stage.run.output;
  const ShardWriter writer = ThreadCrew().writer_of(stage);
  VERGER_ASSIGN_OR_RETURN(const FileSizes sizes, sizes_of_files(output));
  std::vector<char> adopted(shards.size(), 0);  // not bool: each is written by a thread of its own
  const auto adopt = [&](std::size_t i) -> Status {
    const ShardManifest expected = writer.expected(shards[i], stage.listing, images_of(shards[i]));
    if (!sizes.contains(expected.name())) return {};
    auto manifest = read_shard_manifest(output.store(), expected.name());
    if (!manifest.ok() || !manifest->same_recipe(expected) ||
        !missing_file(*manifest, sizes).empty()) {
      return {};
    }
    // A file that cannot be read is no reason to stop: its shard is done again.
    const Status entered = ledger.enter({.manifest = *std::move(manifest)});
    adopted[i] = entered.ok() ? 1 : 0;
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(shards.size(), pass.threads, pass.cancel, adopt));
  std::vector<Shard> remaining;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (adopted[i] == 0) remaining.push_back(shards[i]);
  }
  return remaining;
}

}  // namespace verger
