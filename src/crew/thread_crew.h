// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crew/crew.h"

namespace verger {

// Threads of this process.
class ThreadCrew final : public Crew {
 public:
  ThreadCrew() = default;
  // Doing shards that others may be doing as well, as a worker of a crew elsewhere; `attempt`: in
  // the names of its files.
  explicit ThreadCrew(int attempt) : attempt_(attempt), shared_(true) {}

  Result<Effort> extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                         const Pass& pass, const ShardDone& done) override;
  Status moments(const MomentsStage& stage, std::span<const MomentsTask> tasks, const Pass& pass,
                 const MomentsDone& done) override;
  Status project(const ProjectStage& stage, std::span<const PartTask> tasks, const Pass& pass,
                 const PartDone& done) override;
  Status inspect(const InspectStage& stage, std::span<const InspectTask> tasks, const Pass& pass,
                 const GroupDone& done) override;
  bool elsewhere() const override { return false; }

  ShardWriter writer_of(const ExtractStage& stage) const;

 private:
  const int attempt_ = 0;
  const bool shared_ = false;
};

}  // namespace verger
