// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "crew/crew.h"
#include "crew/lines.h"
#include "crew/stage_run.h"

namespace verger {

// Whoever is at the other end of two pipes (docs/crew.md).
class StdioCrew final : public Crew {
 public:
  // Says hello by `out`, and waits for the crew's on `in`; both are borrowed descriptors. kIo when
  // the crew ends before, or speaks another protocol. kCancelled.
  static Result<std::unique_ptr<StdioCrew>> open(int in, int out, const std::string& command,
                                                 const CancelToken& cancel);

  Result<Effort> extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                         const Pass& pass, const ShardDone& done) override;
  Status moments(const MomentsStage& stage, std::span<const MomentsTask> tasks, const Pass& pass,
                 const MomentsDone& done) override;
  Status project(const ProjectStage& stage, std::span<const PartTask> tasks, const Pass& pass,
                 const PartDone& done) override;
  Status inspect(const InspectStage& stage, std::span<const InspectTask> tasks, const Pass& pass,
                 const GroupDone& done) override;
  bool elsewhere() const override { return true; }
  std::string spark() const override { return spark_; }

  // The last message: of a run that came to its end, and of one that failed. When nobody hears it,
  // nobody has to.
  void say_done(const std::string& state, const nlohmann::json& record);
  void say_failed(const Status& error);

 private:
  StdioCrew(int in, int out) : in_(in), out_(out) {}

  struct Announcement;
  Status run(const Announcement& announcement, const StageOrders& orders, const Pass& pass);

  LineReader in_;
  LineWriter out_;
  std::string spark_;
};

}  // namespace verger
