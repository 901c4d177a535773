// SPDX-License-Identifier: Apache-2.0
// A run under way: the stages that the roads of pipeline.cc are made of, whoever does their shards.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "base/watch.h"
#include "crew/crew.h"
#include "input/image_source.h"
#include "output/lease.h"
#include "output/output_folder.h"
#include "output/run_record.h"
#include "pipeline/pipeline.h"
#include "shards/features_table.h"
#include "shards/network.h"
#include "shards/shard_ledger.h"
#include "shards/shard_moments.h"
#include "storage/store.h"
#include "verger/moments.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

class Job {
 public:
  // Checks the options and that the output is free; writes nothing. `crew` outlives the job.
  static Result<std::unique_ptr<Job>> open(std::string command, const std::string& input,
                                           const std::string& output, const RunOptions& options,
                                           Tables tables, Crew& crew, Watch watch);

  // Tells the observer when a run that ended early can be resumed. A crew elsewhere may be writing
  // still: it is kept from it, and what is half-written goes.
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Looks whether INPUT holds images, finds the network, and then lists INPUT: what is wrong is
  // told before anything that takes long.
  Result<const Network*> prepare(const FindNetwork& find_network);
  // INPUT → the sorted list of images.
  Status list();
  // INPUT → the parts of a features table, and what its run recorded of them.
  Status find_features();

  // From here on the output is being written. Another run may have come and gone before the lease
  // was held: `check` says whether the output is as it was found; by default, whether it is free.
  Status begin(const std::function<Status()>& check = {});

  // Takes over what an interrupted run finished, when asked to; the shards that remain of a plan.
  Result<std::vector<Shard>> resume(const ExtractStage& stage, std::vector<Shard> shards,
                                    ShardLedger& ledger);
  // The crew does the shards; each is entered into the ledger.
  Status extract(const ExtractStage& stage, std::span<const ShardTask> tasks, ShardLedger& ledger,
                 const ShardDone& also = {});
  // Takes over what the shards left behind.
  Status close_extraction(ShardLedger& ledger);
  // How near a reduced precision stays to f32 on images of `source`.
  Status check_precision(const ImageSource& source, const Network& network);

  // What takes the moments of so many shards of the result, or parts of the features table.
  std::unique_ptr<ShardMoments> gather_moments(std::size_t shards, int width) const;
  // Merges those of all shards after an extraction, and without one those of the features table. A
  // crew elsewhere merges many that it made, but for a few at the end.
  Result<Moments> merge_moments();
  Result<PcaModel> fit(const Moments& moments);
  // Features parts → pca parts, in the order of `tasks`.
  Result<std::vector<PartInfo>> project(std::span<const PartTask> tasks,
                                        const DecodedPcaModel& model);
  Status save_model(const DecodedPcaModel& model);
  Status write_reduction(const PcaModel& model);  // the record of it

  // `stages`: what became of them. When they are done, everything is complete: the record, the
  // clean-up of what was replaced, the `_SUCCESS` marks, and then the report. The result is whole
  // without that: a failure of it is a warning. When they failed after another run had taken the
  // output over, that is told, for it is why they failed: it removes what they would have read.
  Result<RunRecord> finish(const Status& stages);
  // Ends a dry run, in place of begin() and all that follows: what `tasks` would read of `source`.
  RunRecord planned(std::span<const ShardTask> tasks, const ImageSource& source);

  // Adds the wall time since the last stage to the record.
  void stage_done(const char* stage);
  void count_written(const std::string& name) { written_.insert(name); }
  PcaProvenance provenance() const;
  Pass pass() const { return {options_.threads, watch_.cancel, watch_.observer}; }

  const ImageSource& images() const { return *source_; }
  const OutputFolder& output() const { return output_; }
  const RunOptions& options() const { return options_; }
  // One is for a stage that reads images, one for a stage that reads features: after an extraction
  // those are in the output, and `reduce` reads them where they are.
  RunIdentity of_images() const { return identity(*input_); }
  RunIdentity of_features() const { return identity(source_ ? output_.store() : *input_); }
  const Watch& watch() const { return watch_; }
  const std::vector<std::string>& features_parts() const { return features_parts_; }
  RunRecord& record() { return record_; }
  ReductionRecord& reduction() { return reduction_; }
  // Names of moments and inputs are this run's own: files of these names stand.
  void mark_names() { mark_ = uuid_; }

 private:
  Job(std::string command, std::shared_ptr<Store> input, OutputFolder output,
      const RunOptions& options, Crew& crew, Watch watch);

  RunIdentity identity(const Store& reads) const;
  Status check_inputs() const;
  Status check_limit() const;
  Status make_moments(bool merge, std::span<const MomentsTask> tasks, ShardMoments& made);
  Result<std::unique_ptr<ShardMoments>> moments_of_features();
  Result<std::unique_ptr<ShardMoments>> merge_by_crew(std::unique_ptr<ShardMoments> moments);
  Status settle_manifests();
  Status report();
  std::string again() const;  // how to go on with an interrupted job

  const std::shared_ptr<Store> input_;
  OutputFolder output_;  // written through the lease, after begin()
  RunOptions options_;   // threads resolved
  Crew& crew_;
  const Watch watch_;
  const std::string uuid_ = random_uuid();
  std::string mark_;

  std::atomic<bool> resumable_ = false;  // shards are finished, the run is not
  std::shared_ptr<Lease> lease_;         // after begin()
  bool finished_ = false;
  RunRecord record_;
  ReductionRecord reduction_;
  std::set<std::string> written_;
  std::chrono::steady_clock::time_point stage_start_ = std::chrono::steady_clock::now();

  std::mutex mutex_;                         // guards what follows
  std::vector<ShardManifest> by_crew_;       // that a crew elsewhere sent
  std::unique_ptr<ImageSource> source_;      // after list()
  std::vector<std::string> features_parts_;  // after close_extraction() or find_features()
  std::unique_ptr<ShardMoments> moments_;    // after close_extraction()
};

}  // namespace verger
