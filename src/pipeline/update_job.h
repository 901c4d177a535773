// SPDX-License-Identifier: Apache-2.0
// An update under way: the stages of its road, which pipeline.cc puts in order.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/job.h"
#include "update/update_check.h"
#include "update/update_plan.h"

namespace verger {

class UpdateJob {
 public:
  // As Job::open(); the output must be there.
  static Result<std::unique_ptr<UpdateJob>> open(const std::string& input,
                                                 const std::string& output,
                                                 const RunOptions& options,
                                                 const UpdateOptions& update, Crew& crew,
                                                 Watch watch);

  // As Job::prepare(), once OUTPUT was found to be one that these options can update.
  Result<const Network*> prepare(const FindNetwork& find_network);
  // INPUT against OUTPUT: what is to be done. Writes nothing.
  Status compare();
  // Is the output whole, and of just these images?
  bool up_to_date() const;
  // Tells of an output that is left as it is.
  RunRecord unchanged();
  // Ends a dry run, as Job::planned() does.
  RunRecord planned();

  // As Job::begin(), and the record of which features each projection is of.
  Status begin();
  // Unchanged shards are taken over, others are written anew, new images get shards of their own.
  Status extract(const Network& network);
  // Moments → PCA model, when it is due; else the old one stays. How far the old one has drifted.
  Status fit();
  // Projects features that no standing projection of this model is of.
  Status project();
  Status save_model();
  Result<RunRecord> finish(const Status& stages);  // as Job::finish()

 private:
  UpdateJob(std::unique_ptr<Job> job, const UpdateOptions& update)
      : update_(update), job_(std::move(job)) {}

  Status check_output() const;
  Status load_old_model();
  void record_plan();
  std::vector<Shard> new_shards() const;
  std::vector<ShardTask> tasks() const;

  bool refit_is_due() const;
  Status measure(const Moments& moments);

  Store& store() const { return job_->output().store(); }

  const UpdateOptions update_;
  StoredOutput stored_;            // after prepare()
  std::vector<uint8_t> run_json_;  // the output's, as compare() read it
  UpdatePlan plan_;
  std::vector<std::size_t> numbers_;  // the numbers of the result's shards, ascending
  std::size_t end_ = 0;               // where the images of all stored shards end
  std::atomic<bool> features_changed_ = false;

  ReductionRecord old_reduction_;       // its `features` filled
  std::optional<DecodedPcaModel> old_;  // absent when an interrupted update left none that is whole
  bool projections_stand_ = false;      // those of old_reduction_ are by old_
  std::optional<DecodedPcaModel> new_;  // after fit(), when it differs from old_

  const std::unique_ptr<Job> job_;  // goes first: its crew may read what is above
};

}  // namespace verger
