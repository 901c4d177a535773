// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/fault_point.h"
#include "base/numbers.h"
#include "base/option_name.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "input/inventory.h"
#include "input/list_input.h"
#include "model/mobilenet_v2.h"
#include "output/saved_model.h"
#include "report/report.h"
#include "verger/version.h"

namespace verger {

namespace {

// A map of more points takes a twentieth of the run's time or more, which 'verger report' is for.
constexpr std::size_t kMappedPoints = 1000;
// A report reads the reduced table as a whole: of more rows that takes minutes after the run's end.
constexpr int64_t kReportedRows = 10'000'000;

}  // namespace

Result<std::unique_ptr<Job>> Job::open(std::string command, const std::string& input,
                                       const std::string& output, const RunOptions& options,
                                       Tables tables, Crew& crew, Watch watch) {
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_ASSIGN_OR_RETURN(auto from, open_input(input, options.storage));
  VERGER_ASSIGN_OR_RETURN(auto to, Store::open(output, options.storage));
  OutputFolder folder(std::move(to), options.output.layout, tables);
  VERGER_RETURN_IF_ERROR(folder.check_free(options.output));
  if (!from.note.empty()) watch.observer.note(from.note);
  return std::unique_ptr<Job>(
      new Job(std::move(command), std::move(from.store), std::move(folder), options, crew, watch));
}

Job::Job(std::string command, std::shared_ptr<Store> input, OutputFolder output,
         const RunOptions& options, Crew& crew, Watch watch)
    : input_(std::move(input)),
      output_(std::move(output)),
      options_(options),
      crew_(crew),
      watch_(watch) {
  if (options_.threads == 0) options_.threads = default_threads();
  record_.command = std::move(command);
  record_.state = "running";
  record_.started = utc_text(std::time(nullptr));
  record_.input = input_->display_path("");
  record_.output = output_.store().display_path("");
  record_.options = options_;
  record_.spark = crew.spark();
}

Job::~Job() {
  const bool held = lease_ && !lease_->lost();
  if (held && !finished_ && crew_.elsewhere() && lease_->close_to_workers().ok()) {
    static_cast<void>(output_.sweep());  // what stays is of no use and does no harm
  }
  if (resumable_ && held) watch_.observer.note("Finished shards are kept; " + again() + ".");
}

std::string Job::again() const {
  return record_.command == "update" ? "run 'verger update' again"
                                     : "go on with " + option_set("resume");
}

void Job::stage_done(const char* stage) {
  const auto now = std::chrono::steady_clock::now();
  record_.seconds.emplace_back(stage, std::chrono::duration<double>(now - stage_start_).count());
  stage_start_ = now;
}

Result<const Network*> Job::prepare(const FindNetwork& find_network) {
  VERGER_RETURN_IF_ERROR(check_limit());
  VERGER_ASSIGN_OR_RETURN(const bool images, holds_images(*input_, options_.input));
  if (!images) VERGER_RETURN_IF_ERROR(list());  // which says why
  VERGER_ASSIGN_OR_RETURN(const Network* const network, find_network());
  if (network != nullptr) {
    const ModelInfo& model = network->model.info();
    VERGER_RETURN_IF_ERROR(check_width(model.width));
    VERGER_RETURN_IF_ERROR(check_components(options_.pca, model.width, model.name));
    record_.model = model;
    record_.width = model.width;
  }
  if (!source_) VERGER_RETURN_IF_ERROR(list());
  return network;
}

// A run that goes on takes as many images as the one before it.
Status Job::check_limit() const {
  if (!options_.output.resume || record_.command == "update") return {};
  const auto earlier = read_run_record(output_.store());
  if (!earlier.ok() || earlier->options.input.limit == options_.input.limit) return {};
  const auto text = [](int64_t limit) { return limit == 0 ? "none" : format_count(limit); };
  return Status::invalid_argument(
      "The run in " + output_.store().shown("") + " has " + option_name("limit") + ' ' +
      text(earlier->options.input.limit) + ", not " + text(options_.input.limit) +
      "; give the same, or replace its tables with " + option_set("overwrite") + ".");
}

Status Job::list() {
  watch_.observer.stage_started("list", kUnknownTotal);
  VERGER_ASSIGN_OR_RETURN(ListedInput listed, list_input(input_, options_.input, watch_));
  source_ = std::move(listed.images);
  record_.passed_over = std::move(listed.passed_over);
  if (listed.in_input > source_->size()) {
    record_.limited_from = static_cast<int64_t>(listed.in_input);
  }
  watch_.observer.stage_finished();
  record_.counts.listed = static_cast<int64_t>(source_->size());
  watch_.observer.listed(record_.counts.listed);
  stage_done("list");
  return {};
}

Status Job::find_features() {
  VERGER_ASSIGN_OR_RETURN(auto table, verger::find_features(*input_));
  features_parts_ = std::move(table.parts);
  VERGER_ASSIGN_OR_RETURN(const int width, width_of({*input_, features_parts_}));
  VERGER_RETURN_IF_ERROR(check_components(options_.pca, width, input_->shown("")));
  VERGER_ASSIGN_OR_RETURN(const bool recorded, input_->exists(std::string(kRunRecordName)));
  if (!recorded) return {};
  VERGER_ASSIGN_OR_RETURN(RunRecord extraction, read_run_record(*input_));
  VERGER_RETURN_IF_ERROR(check_whole(extraction, input_->shown("")));
  if (record_.input == record_.output) {
    record_ = joined(std::move(extraction), record_);
    record_.spark = crew_.spark();
  } else {
    record_.model = std::move(extraction.model);
    record_.limited_from = extraction.limited_from;
    record_.options.input.limit = extraction.options.input.limit;
  }
  return {};
}

Status Job::begin(const std::function<Status()>& check) {
  VERGER_ASSIGN_OR_RETURN(lease_,
                          Lease::acquire(output_.shared_store(), record_.command, watch_.cancel));
  VERGER_RETURN_IF_ERROR(check ? check() : output_.check_free(options_.output));
  output_ = output_.fenced(lease_);
  VERGER_ASSIGN_OR_RETURN(record_.uuids, output_.begin(uuid_));
  return write_record(output_.store(), record_);
}

RunIdentity Job::identity(const Store& reads) const {
  return {.input = reads,
          .output = output_,
          .options = options_,
          .uuid = uuid_,
          .mark = mark_,
          .lease = lease_ ? lease_->token() : std::string()};
}

PcaProvenance Job::provenance() const {
  PcaProvenance provenance;
  provenance.verger_version = kVersion;
  const auto& model = record_.model;
  if (!model) return provenance;
  provenance.model_name = model->name;
  provenance.weights = model->weights;
  provenance.weights_sha256 = model->weights_sha256;
  provenance.precision = precision_name(model->precision);
  provenance.untrained = model->untrained;
  return provenance;
}

Status Job::save_model(const DecodedPcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(reduction_.model,
                          verger::save_model(output_.store(), output_.folders().model, model));
  fault_point("model-saved");
  return write_reduction(model.model);
}

Status Job::write_reduction(const PcaModel& model) {
  for (const auto& file : reduction_.model) written_.insert(file.name);
  record_.reduction = describe(model);
  return write_record(output_.store(), reduction_);
}

Result<RunRecord> Job::finish(const Status& stages) {
  if (!stages.ok()) {
    VERGER_RETURN_IF_ERROR(lease_->check());
    return stages;
  }
  if (watch_.cancel.cancelled()) return Status::cancelled("Interrupted.");
  if (crew_.elsewhere()) {
    VERGER_RETURN_IF_ERROR(lease_->close_to_workers());
    VERGER_RETURN_IF_ERROR(settle_manifests());
  }
  record_.state = "done";
  VERGER_RETURN_IF_ERROR(write_record(output_.store(), record_));
  VERGER_RETURN_IF_ERROR(output_.finish(written_));
  resumable_ = false;
  finished_ = true;
  VERGER_RETURN_IF_ERROR(report());
  return record_;
}

RunRecord Job::planned(std::span<const ShardTask> tasks, const ImageSource& source) {
  RunRecord::Plan plan{.parts = static_cast<int64_t>(tasks.size())};
  int64_t rows = 0;
  for (const ShardTask& task : tasks) {
    rows += static_cast<int64_t>(task.shard.size());
    plan.images += static_cast<int64_t>(task.end - task.begin);
    for (std::size_t image = task.begin; image < task.end; ++image) {
      plan.bytes += source.length(image);
    }
  }
  const int width = record_.model ? record_.model->width : kMobileNetV2Width;
  plan.features_bytes = rows * width * static_cast<int64_t>(sizeof(float));
  record_.state = "planned";
  record_.plan = plan;
  resumable_ = false;  // it ends here
  return record_;
}

// Written as all else while the lease is held. Once another run has taken the output over, what
// stands there is not what this one would tell of.
Status Job::report() {
  fault_point("before-report");
  if (record_.counts.features > kReportedRows) {
    watch_.observer.note(
        "No report was made, which would read all of so many rows; 'verger report " +
        output_.store().shown("") + "' makes it.");
    return {};
  }
  watch_.observer.stage_started("report", kUncounted);
  const Status left = leave_report(output_.store(), options_.storage, options_.threads,
                                   watch_.cancel, {.mapped = kMappedPoints});
  watch_.observer.stage_finished();
  VERGER_RETURN_IF_ERROR(lease_->check());
  if (left.ok()) return {};
  watch_.observer.warning("The run is complete, but its report could not be made: " +
                          left.message() + " 'verger report' makes it anew.");
  return {};
}

// The slower of two attempts at a shard may have written its manifest last, though the other's was
// entered. Nobody elsewhere writes any more.
Status Job::settle_manifests() {
  Store& store = output_.store();
  const auto settle = [&](std::size_t i) -> Status {
    const ShardManifest& entered = by_crew_[i];
    const auto stands = read_shard_manifest(store, entered.name());
    if (stands.ok() && stands->to_json() == entered.to_json()) return {};
    return write_json(store, entered.name(), entered.to_json());
  };
  return parallel_for(by_crew_.size(), store.default_reads_in_flight(), watch_.cancel, settle);
}

}  // namespace verger
