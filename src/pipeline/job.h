// A run under way: the stages of the road, which pipeline.cc puts in order.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/image_source.h"
#include "pipeline/lease.h"
#include "pipeline/output_folder.h"
#include "pipeline/pipeline.h"
#include "pipeline/reduction.h"
#include "pipeline/run_record.h"
#include "pipeline/shard_writer.h"
#include "storage/store.h"
#include "verger/moments.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// The drivers of pipeline.h but for update; UpdateJob changes some of the stages.
class Job {
 public:
  // Checks the options and that the output is free; writes nothing.
  static Result<std::unique_ptr<Job>> open(std::string command, const std::string& input,
                                           const std::string& output, const RunOptions& options,
                                           Tables tables, Watch watch);

  // Tells the observer when a run that ended early can be resumed.
  virtual ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // INPUT → the sorted list of images.
  Status list();
  // INPUT → the parts of a features table, and what its run recorded of them.
  Status find_features();

  // From here on the output is being written. `model`: the network, when one is run.
  Status begin(const ModelInfo* model);

  // Images → features, rejected; and moments, or with `projection` the pca table.
  Status extract(const Network& network, const DecodedPcaModel* projection);
  // Moments → PCA model.
  Status fit();
  // Features → pca table.
  Status project();
  // PCA model → model files, and the record of the reduction.
  Status save_model();
  Status save_model(const DecodedPcaModel& model);

  // Everything is complete: the record, the clean-up of what was replaced, the `_SUCCESS` marks.
  Result<RunRecord> finish();

 protected:
  struct Places {
    std::shared_ptr<Store> input;
    OutputFolder output;
  };
  static Result<Places> open_places(const std::string& input, const std::string& output,
                                    const RunOptions& options, Tables tables);
  Job(std::string command, Places places, const RunOptions& options, Watch watch);

  // Is the output as open() found it? Asked when the lease is held.
  virtual Status check_output() const;
  // Does `shards` of `source`, and hands each to `sink` while the lease holds.
  Status extract_from(const ImageSource& source, const Model& model, std::span<const Shard> shards,
                      const ShardSink& sink);
  Status check_inputs() const;
  // Takes over what the shards left behind.
  Status close_extraction(ShardWriter& writer);
  PcaProvenance provenance() const;
  std::string again() const;  // how to go on with an interrupted job
  Result<Moments> merge_moments();
  Status fit(const Moments& moments);
  // Adds the wall time since the last stage to the record.
  void stage_done(const char* stage);
  FeaturesTable features_table() const;
  Pass pass() const { return {options_.threads, watch_.cancel, watch_.observer}; }

  std::shared_ptr<Store> input_;
  OutputFolder output_;
  RunOptions options_;  // threads resolved
  const Watch watch_;
  const std::string uuid_ = random_uuid();

  std::atomic<bool> resumable_ = false;  // shards are finished, the run is not
  std::unique_ptr<Lease> lease_;         // after begin()
  RunRecord record_;
  ReductionRecord reduction_;
  std::set<std::string> written_;
  std::chrono::steady_clock::time_point stage_start_ = std::chrono::steady_clock::now();

  std::unique_ptr<ImageSource> source_;      // after list()
  std::vector<std::string> features_parts_;  // after extract() or find_features()
  std::optional<MomentsTree> moments_;       // after extract()
  PcaModel pca_;                             // after fit()

 private:
  // Takes over what an interrupted run finished, when asked to; the shards that remain.
  Result<std::vector<Shard>> resume(ShardWriter& writer, std::vector<Shard> shards);
};

}  // namespace verger
