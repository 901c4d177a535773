// SPDX-License-Identifier: Apache-2.0
// What the commands that make a result share: run, extract, apply, update, reduce.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/observer.h"
#include "console.h"
#include "flags.h"
#include "output/run_record.h"
#include "pipeline/pipeline.h"
#include "session.h"
#include "verger/status.h"

namespace verger::cli {

// Tells two observers.
class TwoObservers final : public Observer {
 public:
  TwoObservers(Observer& first, Observer& second) : first_(first), second_(second) {}
  void stage_started(std::string_view name, int64_t total) override;
  void advanced(int64_t done, int64_t rejected) override;
  void stage_finished() override;
  void listed(int64_t images) override;
  void resumed(int64_t images) override;
  void spent(const StageTimes& more) override;
  void note(std::string_view sentence) override;
  void warning(std::string_view sentence) override;

 private:
  Observer& first_;
  Observer& second_;
};

// Around a job: where it speaks, what stops it, who watches it, who does its shards.
struct JobContext {
  Console& console;
  const InterruptGuard& interrupt;
  Observer& observer;
  Crew& crew;
  Watch watch() const { return {interrupt.token(), observer}; }
};

// The network that a job's options ask for: loaded when it is asked for, and kept. Of a dry run
// that would have to download its weights it is none.
class JobNetwork {
 public:
  JobNetwork(const JobContext& job, const RunOptions& options) : job_(job), options_(options) {}
  Result<const Network*> operator()();

 private:
  Result<bool> must_download() const;

  const JobContext& job_;
  const RunOptions& options_;
  LoadedNetwork loaded_;
  std::optional<Network> view_;
};

// Tells a crew elsewhere that all is done: the state, and the record.
using SayDone = std::function<void(const std::string& state, const nlohmann::json& record)>;

// Gives `work` its crew: threads, or with `elsewhere` whoever is at the other end of the standard
// pipes, who hears of its failure if it did not say that all is done.
Status with_crew(const char* command, bool elsewhere, const InterruptGuard& interrupt,
                 const std::function<Status(Crew&, const SayDone&)>& work);

// Checks the options, does `work` with its metrics where they are asked for, and prints the summary
// of what it did. With a crew elsewhere standard output is for the crew.
Status do_job(const char* command, const CommonArguments& arguments,
              const std::function<Result<RunRecord>(const JobContext&)>& work);

}  // namespace verger::cli
