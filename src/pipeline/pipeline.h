// The road, for a whole run on this machine:
//
//   extract:  list → fetch → decode → resize → infer ─┬→ write features
//                                                     └→ moments of the shard
//   reduce:   merge moments → standardise → solve PCA → project → write pca
//
// Nothing is written before the arguments, the listing and the model are known to be usable. After
// an error or a cancellation no `_SUCCESS` stands.
#pragma once

#include <memory>
#include <string>

#include "base/cancel.h"
#include "pipeline/observer.h"
#include "pipeline/run_record.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// Who may stop a run and who watches it; both outlive it.
struct Watch {
  const CancelToken& cancel;
  Observer& observer;
};

// The network to run; with a precision below f32 also the f32 one, against which a sample of the
// images is compared. Borrowed.
struct Network {
  const Model& model;
  const Model* reference = nullptr;
};

// INPUT → features, rejected, pca, model.
Result<RunRecord> run(const std::string& input, const std::string& output, const Network& network,
                      const RunOptions& options, Watch watch);

// INPUT → features, rejected.
Result<RunRecord> extract(const std::string& input, const std::string& output,
                          const Network& network, const RunOptions& options, Watch watch);

// A features table → pca, model. `output` may be `input`: then they are added beside the features.
Result<RunRecord> reduce(const std::string& input, const std::string& output,
                         const RunOptions& options, Watch watch);

// INPUT → features, rejected, and pca by a saved model, which is copied to the output. The model
// must have been fitted on features of the same network (kModel).
Result<RunRecord> apply(const std::string& input, const std::string& output, const Network& network,
                        const DecodedPcaModel& reduction, const RunOptions& options, Watch watch);

// Brings an output of run() up to date with INPUT: only images that are new or changed are read,
// and the rows of those that are gone are left out. The rows of all others keep their bits; the
// result is that of a run from scratch, but for the images' shards. `options` must be those that
// the output was made with (kInvalidArgument), but for its parts, which stay. An output that is up
// to date is left alone: the record's state is "unchanged". Interrupted at any point, another call
// comes to the same end.
Result<RunRecord> update(const std::string& input, const std::string& output,
                         const Network& network, const RunOptions& options,
                         const UpdateOptions& update_options, Watch watch);

}  // namespace verger
