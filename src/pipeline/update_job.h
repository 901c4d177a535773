// An update under way: the stages of its road, which pipeline.cc puts in order.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/job.h"
#include "pipeline/shard_rewrite.h"
#include "pipeline/update_check.h"
#include "pipeline/update_plan.h"

namespace verger {

class UpdateJob final : public Job {
 public:
  // As Job::open(); the output must be there.
  static Result<std::unique_ptr<UpdateJob>> open(const std::string& input,
                                                 const std::string& output,
                                                 const RunOptions& options,
                                                 const UpdateOptions& update, Watch watch);

  // After list(). INPUT against OUTPUT: what is to be done. Writes nothing. Errors as of
  // update_check.h.
  Status compare(const ModelInfo& model);
  // Is the output whole, and of just these images?
  bool up_to_date() const;
  // Of an output that is left as it is.
  RunRecord unchanged();

  // As Job::begin(), and the record of which features each projection is of.
  Status begin(const ModelInfo* model);
  // Unchanged shards are taken over, others are written anew, new images get shards of their own.
  Status extract(const Network& network);
  // Moments → PCA model, when it is due; else the old one stays. How far the old one has drifted.
  Status fit();
  // Projects features that no standing projection of this model is of.
  Status project();
  Status save_model();
  Result<RunRecord> finish();

 private:
  UpdateJob(Places places, const RunOptions& options, const UpdateOptions& update, Watch watch)
      : Job("update", std::move(places), options, watch), update_(update) {}

  Status check_output() const override;
  Status load_old_model();
  void record_plan();

  ShardWriter open_writer(const ModelInfo& model);
  Status adopt_kept(ShardWriter& writer);
  Status rewrite_shrunk(ShardWriter& writer, std::size_t width);
  Status extract_anew(const Network& network, ShardWriter& writer);
  Status write_new(ShardWriter& writer, ShardResult result);
  Status write_changed(ShardWriter& writer, ShardResult result);
  Status rewrite(ShardWriter& writer, const ChangedShard& shard, ShardResult anew,
                 std::size_t width);
  std::vector<Shard> new_shards() const;

  bool refit_is_due() const;
  Status measure(const Moments& moments);

  const UpdateOptions update_;
  FoundOutput found_;              // after compare()
  std::vector<uint8_t> run_json_;  // of the output, as compare() read it
  UpdatePlan plan_;
  std::vector<std::size_t> numbers_;  // of the shards of the result, ascending
  std::size_t end_ = 0;               // of the images of all shards that were found
  std::atomic<bool> features_changed_ = false;

  ReductionRecord old_reduction_;       // its `features` filled
  std::optional<DecodedPcaModel> old_;  // absent when an interrupted update left none that is whole
  bool projections_stand_ = false;      // those of old_reduction_ are by old_
  std::optional<DecodedPcaModel> new_;  // after fit(), when it differs from old_
};

}  // namespace verger
