// SPDX-License-Identifier: Apache-2.0
// The road, for a whole run:
//
//   extract:  list → fetch → decode → resize → infer ─┬→ write features
//                                                     └→ moments of the shard
//   reduce:   merge moments → standardise → solve PCA → project → write pca
//
// The crew does what is done shard by shard, here or elsewhere; all the rest is done here. Nothing
// is written before the arguments, the listing and the model are known to be usable. After an error
// or a cancellation no `_SUCCESS` stands.
#pragma once

#include <functional>
#include <string>

#include "base/watch.h"
#include "crew/crew.h"
#include "output/run_record.h"
#include "shards/network.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// Gives the network, once, when the places are known to be usable: nobody downloads weights in
// vain. It outlives the run. Null, which a dry run alone does with: it cannot be had at once.
using FindNetwork = std::function<Result<const Network*>()>;

// A dry run (RunOptions::dry_run) of a road that reads photographs ends before anything is written;
// the record's state is "planned", and its `plan` tells what would be done.

// INPUT → features, rejected, pca, model.
Result<RunRecord> run(const std::string& input, const std::string& output,
                      const FindNetwork& find_network, const RunOptions& options, Crew& crew,
                      Watch watch);

// INPUT → features, rejected.
Result<RunRecord> extract(const std::string& input, const std::string& output,
                          const FindNetwork& find_network, const RunOptions& options, Crew& crew,
                          Watch watch);

// A features table → pca, model. `output` may be `input`: then they are added beside the features.
Result<RunRecord> reduce(const std::string& input, const std::string& output,
                         const RunOptions& options, Crew& crew, Watch watch);

// INPUT → features, rejected, and pca by a saved model, which is copied to the output. The model
// must have been fitted on features of the same network (kModel).
Result<RunRecord> apply(const std::string& input, const std::string& output,
                        const FindNetwork& find_network, const DecodedPcaModel& reduction,
                        const RunOptions& options, Crew& crew, Watch watch);

// Brings an output of run() up to date with INPUT: only images that are new or changed are read,
// and the rows of those that are gone are left out. The rows of all others keep their bits; the
// result is that of a run from scratch, but for the images' shards. `options` must be those that
// the output was made with (kInvalidArgument), but for its parts, which stay. An output that is up
// to date is left alone: the record's state is "unchanged". Interrupted at any point, another call
// comes to the same end.
Result<RunRecord> update(const std::string& input, const std::string& output,
                         const FindNetwork& find_network, const RunOptions& options,
                         const UpdateOptions& update_options, Crew& crew, Watch watch);

}  // namespace verger
