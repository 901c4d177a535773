// SPDX-License-Identifier: Apache-2.0
// Who does the shards of a stage: threads here, or processes elsewhere.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/observer.h"
#include "base/stage_times.h"
#include "input/image_source.h"
#include "output/output_folder.h"
#include "output/shard_manifest.h"
#include "plan/shards.h"
#include "shards/network.h"
#include "shards/record_group.h"
#include "shards/shard_moments.h"
#include "shards/shard_rewrite.h"
#include "shards/shard_writer.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// What a pass over shards needs besides them.
struct Pass {
  int threads = 1;
  const CancelToken& cancel;
  Observer& observer;
};

// The run that a stage is of.
struct RunIdentity {
  const Store& input;          // what the stage reads: the images, or the features
  const OutputFolder& output;  // written through the run's fence
  const RunOptions& options;
  std::string uuid;   // stands in the names of its files
  std::string mark;   // stands in the names of moments and inputs
  std::string lease;  // the token
};

// Images → features, rejected; and moments, or the pca table by a saved model.
struct ExtractStage {
  const RunIdentity& run;
  const Network& network;
  const DecodedPcaModel* projection = nullptr;
  const ImageSource& listing;  // the images of the result
  const ImageSource& reads;    // those of them that are read
  // What becomes of the rows of a shard that is written anew; the images are those of `listing`.
  std::function<Result<ShardMatch>(const ShardManifest&)> match{};
};

struct ShardTask {
  Shard shard;            // as it will be
  std::size_t begin = 0;  // images [begin, end) of ExtractStage::reads are read for it
  std::size_t end = 0;
  const ShardManifest* replaces = nullptr;  // the shard as it stands, where it is written anew
};

// Features → moments of each part; or the moments of neighbours → those of them all.
struct MomentsStage {
  const RunIdentity& run;
  int width = 0;
  bool merge = false;
};

struct MomentsTask {
  std::size_t number = 0;              // counts the tasks of all passes over the moments
  std::vector<StoredMoments> members;  // features parts are below RunIdentity::input
};

// Features → pca table.
struct ProjectStage {
  const RunIdentity& run;
  const DecodedPcaModel& model;
};

struct PartTask {
  std::size_t number = 0;  // which part is made
  std::string features;    // the part that it is made of, below RunIdentity::input
};

// Records of a result → what they are found to be. Of the run of `run` nothing is written, and its
// uuid, mark and lease are empty.
struct InspectStage {
  const RunIdentity& run;
};

struct InspectTask {
  std::size_t number = 0;
  RecordGroup group;  // below RunIdentity::output
};

// What a stage took, summed over the threads of whoever did it.
struct Effort {
  StageTimes times;
  double cpu_seconds = 0;
};

// These take what was done, in any order, from several threads at once; the number counts tasks.
using ShardDone = std::function<Status(FinishedShard)>;
using MomentsDone = std::function<Status(std::size_t task, MadeMoments)>;
using PartDone = std::function<Status(std::size_t task, PartInfo)>;
using GroupDone = std::function<Status(std::size_t task, GroupFindings)>;

// Each stage returns when all of its tasks are done, with the first error, or with kCancelled; what
// was finished before was handed over. `tasks` ascend by their numbers. The files have the same
// bytes whoever does them.
class Crew {
 public:
  virtual ~Crew() = default;

  virtual Result<Effort> extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                                 const Pass& pass, const ShardDone& done) = 0;
  virtual Status moments(const MomentsStage& stage, std::span<const MomentsTask> tasks,
                         const Pass& pass, const MomentsDone& done) = 0;
  virtual Status project(const ProjectStage& stage, std::span<const PartTask> tasks,
                         const Pass& pass, const PartDone& done) = 0;
  virtual Status inspect(const InspectStage& stage, std::span<const InspectTask> tasks,
                         const Pass& pass, const GroupDone& done) = 0;

  // May somebody be at work still when a stage has returned?
  virtual bool elsewhere() const = 0;

  // What the run's record shall hold of Spark, as JSON; "" when it is not Spark.
  virtual std::string spark() const { return ""; }
};

}  // namespace verger
