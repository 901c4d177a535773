// SPDX-License-Identifier: Apache-2.0
// May this output be updated, and by these options and this network?
#pragma once

#include <vector>

#include "output/output_folder.h"
#include "output/run_record.h"
#include "output/shard_manifest.h"
#include "storage/store.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// An output as an update finds it.
struct StoredOutput {
  RunRecord record;
  std::vector<ShardManifest> manifests;  // in the order of their numbers
  bool finished = false;                 // false: an earlier update was interrupted
};

// kIo, naming the mend, when there is no result of 'verger run', when that run did not finish, or
// when a file is missing that its manifests name.
Result<StoredOutput> find_output(const OutputFolder& output);

// kInvalidArgument, naming the first difference and the mend, when the output was made with other
// options that affect results.
Status check_same_options(const StoredOutput& stored, const OutputFolder& output,
                          const RunOptions& options);

// kModel when it was made by other weights; kInvalidArgument when it was by another version or
// engine of verger.
Status check_same_network(const StoredOutput& stored, const OutputFolder& output,
                          const RunOptions& options, const ModelInfo& model);

}  // namespace verger
