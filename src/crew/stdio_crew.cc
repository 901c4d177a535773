// SPDX-License-Identifier: Apache-2.0
#include "crew/stdio_crew.h"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/lap.h"
#include "base/numbers.h"
#include "base/status_macros.h"
#include "crew/make_order.h"
#include "verger/version.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr int kMostPlans = 8;  // that are written at once, each of up to 10 MB in memory

// What the workers of a stage took together.
class Efforts {
 public:
  void add(const OrderEffort& more) {
    const std::lock_guard lock(mutex_);
    sum_.times += more.times;
    sum_.cpu_seconds += more.cpu_seconds;
    if (more.times.worker_count == 0 || !workers_.insert(more.worker).second) return;
    sum_.times.reader_count += more.times.reader_count;
    sum_.times.worker_count += more.times.worker_count;
  }

  Effort finish() {
    sum_.times.wall_ns = lap_.ns();
    return sum_;
  }

 private:
  Lap lap_;
  std::mutex mutex_;
  Effort sum_;
  std::set<std::string> workers_;
};

json network_json(const Network& network) {
  return {{"file", network.file.empty() ? json(nullptr) : json(network.file)},
          {"sha256", network.model.info().weights_sha256}};
}

}  // namespace

struct StdioCrew::Announcement {
  const char* stage;
  std::string description;
  int64_t images = 0;
  json network = nullptr;
};

Result<std::unique_ptr<StdioCrew>> StdioCrew::open(int in, int out, const std::string& command,
                                                   const CancelToken& cancel) {
  std::unique_ptr<StdioCrew> crew(new StdioCrew(in, out));
  const json hello = {
      {"type", "hello"}, {"protocol", kCrewProtocol}, {"verger", kVersion}, {"command", command}};
  VERGER_RETURN_IF_ERROR(crew->out_.write(line_of(hello)));
  const auto line = crew->in_.next([&] { return cancel.cancelled(); });
  if (cancel.cancelled()) return Status::cancelled("Interrupted.");
  if (!line) return Status::io("The crew ended before it said hello (docs/crew.md).");
  const json answer = json::parse(*line, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || answer.value("type", json()) != "hello" ||
      answer.value("protocol", json()) != kCrewProtocol) {
    return Status::io("The crew did not say hello by protocol " + format_count(kCrewProtocol) +
                      " (docs/crew.md).");
  }
  if (answer.contains("spark")) crew->spark_ = line_of(answer["spark"]);
  return crew;
}

Status StdioCrew::run(const Announcement& announcement, const StageOrders& orders,
                      const Pass& pass) {
  const json stage = {{"type", "stage"},
                      {"stage", announcement.stage},
                      {"description", announcement.description},
                      {"orders", orders.names.size()},
                      {"images", announcement.images},
                      {"network", announcement.network}};
  VERGER_RETURN_IF_ERROR(out_.write(line_of(stage)));
  return StageRun(in_, out_, orders, pass.cancel).run();
}

Result<Effort> StdioCrew::extract(const ExtractStage& stage, std::span<const ShardTask> tasks,
                                  const Pass& pass, const ShardDone& done) {
  const RunIdentity& run = stage.run;
  Announcement announcement{
      .stage = "extract", .description = "", .network = network_json(stage.network)};
  StageOrders orders{.writes = std::min(run.output.store().default_reads_in_flight(), kMostPlans)};
  for (const ShardTask& task : tasks) {
    orders.names.push_back(order_name("extract", task.shard.number));
    announcement.images += static_cast<int64_t>(task.end - task.begin);
  }
  announcement.description = "verger extract: " + format_count(announcement.images, "image") +
                             " of " + run.input.shown("") + " in " +
                             format_count(tasks.size(), "shard") + " -> features in " +
                             run.output.store().shown("");
  VERGER_ASSIGN_OR_RETURN(const OrderMaker maker, OrderMaker::of(run));
  ExtractOrder common = extract_order(stage);
  if (stage.projection != nullptr) {
    VERGER_ASSIGN_OR_RETURN(common.projection, maker.write_model(*stage.projection));
  }
  Efforts efforts;
  orders.make = [&](std::size_t i) { return maker.extract(stage, common, tasks[i]); };
  orders.done = [&](std::size_t i, Outcome&& outcome) -> Status {
    auto* made = std::get_if<Outcome::Extracted>(&outcome.result);
    if (made == nullptr) return Status::io("The crew sent no manifest of " + outcome.order + '.');
    efforts.add(outcome.effort);
    const ShardTask& task = tasks[i];
    const int64_t rejected = task.replaces == nullptr ? made->manifest.counts.rejected : 0;
    pass.observer.advanced(static_cast<int64_t>(task.end - task.begin), rejected);
    pass.observer.spent(outcome.effort.times);
    return done(
        {.manifest = std::move(made->manifest), .features_changed = made->features_changed});
  };
  VERGER_RETURN_IF_ERROR(this->run(announcement, orders, pass));
  return efforts.finish();
}

Status StdioCrew::moments(const MomentsStage& stage, std::span<const MomentsTask> tasks,
                          const Pass& pass, const MomentsDone& done) {
  const RunIdentity& run = stage.run;
  const char* name = moments_stage_name(stage.merge);
  std::size_t members = 0;
  StageOrders orders{.writes = 1};
  for (const MomentsTask& task : tasks) {
    orders.names.push_back(order_name(name, task.number));
    members += task.members.size();
  }
  VERGER_ASSIGN_OR_RETURN(const OrderMaker maker, OrderMaker::of(run));
  orders.make = [&](std::size_t i) { return maker.moments(stage, tasks[i]); };
  orders.done = [&](std::size_t i, Outcome&& outcome) -> Status {
    auto* made = std::get_if<Outcome::Reduced>(&outcome.result);
    if (made == nullptr || (stage.merge && !made->moments)) {
      return Status::io("The crew sent no moments of " + outcome.order + '.');
    }
    StoredMoments stored = tasks[i].members.front();
    if (made->moments) stored.file = std::move(made->moments);
    VERGER_RETURN_IF_ERROR(done(i, std::move(stored)));
    pass.observer.advanced(1, 0);
    return {};
  };
  const std::string what =
      stage.merge ? format_count(members) + " moments -> " + format_count(tasks.size()) + " in " +
                        run.output.store().shown("")
                  : format_count(members, "part") + " of " + run.input.shown("");
  return this->run({.stage = name, .description = std::string("verger ") + name + ": " + what},
                   orders, pass);
}

Status StdioCrew::project(const ProjectStage& stage, std::span<const PartTask> tasks,
                          const Pass& pass, const PartDone& done) {
  const RunIdentity& run = stage.run;
  const PcaModel& model = stage.model.model;
  StageOrders orders{.writes = 1};
  for (const PartTask& task : tasks) orders.names.push_back(order_name("project", task.number));
  VERGER_ASSIGN_OR_RETURN(const OrderMaker maker, OrderMaker::of(run));
  VERGER_ASSIGN_OR_RETURN(const OrderedModel saved, maker.write_model(stage.model));
  orders.make = [&](std::size_t i) { return maker.project(tasks[i], saved); };
  orders.done = [&](std::size_t i, Outcome&& outcome) -> Status {
    auto* made = std::get_if<Outcome::Projected>(&outcome.result);
    if (made == nullptr) return Status::io("The crew sent no part of " + outcome.order + '.');
    pass.observer.advanced(1, 0);
    return done(i, std::move(made->part));
  };
  return this->run({.stage = "project",
                    .description = "verger project: " + format_count(tasks.size(), "part") +
                                   " of " + format_count(model.width, "feature") + " -> " +
                                   format_count(model.k, "principal component") + " in " +
                                   run.output.store().shown("")},
                   orders, pass);
}

Status StdioCrew::inspect(const InspectStage& stage, std::span<const InspectTask> tasks,
                          const Pass& pass, const GroupDone& done) {
  const RunIdentity& run = stage.run;
  StageOrders orders{.writes = 1};
  for (const InspectTask& task : tasks) orders.names.push_back(order_name("inspect", task.number));
  VERGER_ASSIGN_OR_RETURN(const OrderMaker maker, OrderMaker::of(run));
  orders.make = [&](std::size_t i) { return maker.inspect(tasks[i]); };
  orders.done = [&](std::size_t i, Outcome&& outcome) -> Status {
    auto* findings = std::get_if<GroupFindings>(&outcome.result);
    if (findings == nullptr)
      return Status::io("The crew sent no findings of " + outcome.order + '.');
    pass.observer.advanced(1, 0);
    return done(i, std::move(*findings));
  };
  return this->run({.stage = "inspect",
                    .description = "verger inspect: " + format_count(tasks.size(), "group") +
                                   " of files of " + run.output.store().shown("")},
                   orders, pass);
}

void StdioCrew::say_done(const std::string& state, const json& record) {
  const json end = {{"type", "end"}, {"state", state}, {"record", record}};
  static_cast<void>(out_.write(line_of(end)));
}

void StdioCrew::say_failed(const Status& error) {
  const json end = {{"type", "end"}, {"error", error_json(error)}};
  static_cast<void>(out_.write(line_of(end)));
}

}  // namespace verger
