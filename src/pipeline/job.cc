#include "pipeline/job.h"

#include <ctime>
#include <utility>

#include "base/fault_point.h"
#include "base/status_macros.h"
#include "pipeline/extract_shards.h"
#include "pipeline/input_source.h"
#include "pipeline/precision_check.h"
#include "pipeline/resume.h"
#include "plan/shards.h"
#include "verger/version.h"

namespace verger {

namespace {

double process_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

PipelineRecord describe_pipeline(const StageTimes& times, int64_t images) {
  const auto seconds = [](int64_t ns) { return static_cast<double>(ns) * 1e-9; };
  return {.images = images,
          .bytes = times.bytes,
          .readers = times.reader_count,
          .workers = times.worker_count,
          .wall = seconds(times.wall_ns),
          .fetch = seconds(times.fetch_ns),
          .held = seconds(times.held_ns),
          .starved = seconds(times.starved_ns),
          .decode = seconds(times.decode_ns),
          .infer = seconds(times.infer_ns),
          .write = seconds(times.write_ns)};
}

}  // namespace

Result<Job::Places> Job::open_places(const std::string& input, const std::string& output,
                                     const RunOptions& options, Tables tables) {
  VERGER_RETURN_IF_ERROR(options.validate());
  VERGER_ASSIGN_OR_RETURN(auto from, Store::open(input, options.storage));
  VERGER_ASSIGN_OR_RETURN(auto to, Store::open(output, options.storage));
  OutputFolder folder(to, options.output.layout, tables);
  VERGER_RETURN_IF_ERROR(folder.check_free(options.output));
  return Places{std::move(from), std::move(folder)};
}

Job::Job(std::string command, Places places, const RunOptions& options, Watch watch)
    : input_(std::move(places.input)),
      output_(std::move(places.output)),
      options_(options),
      watch_(watch) {
  if (options_.threads == 0) options_.threads = default_threads();
  record_.command = std::move(command);
  record_.state = "running";
  record_.started = utc_text(std::time(nullptr));
  record_.input = input_->display_path("");
  record_.output = output_.store().display_path("");
  record_.options = options_;
}

Result<std::unique_ptr<Job>> Job::open(std::string command, const std::string& input,
                                       const std::string& output, const RunOptions& options,
                                       Tables tables, Watch watch) {
  VERGER_ASSIGN_OR_RETURN(auto places, open_places(input, output, options, tables));
  return std::unique_ptr<Job>(new Job(std::move(command), std::move(places), options, watch));
}

Job::~Job() {
  if (resumable_) watch_.observer.note("Finished shards are kept; " + again() + ".");
}

std::string Job::again() const {
  return record_.command == "update" ? "run 'verger update' again" : "go on with --resume";
}

void Job::stage_done(const char* stage) {
  const auto now = std::chrono::steady_clock::now();
  record_.seconds.emplace_back(stage, std::chrono::duration<double>(now - stage_start_).count());
  stage_start_ = now;
}

Status Job::list() {
  watch_.observer.stage_started("list", 0);
  VERGER_ASSIGN_OR_RETURN(source_, list_input(input_, options_.input, watch_));
  watch_.observer.stage_finished();
  record_.counts.listed = static_cast<int64_t>(source_->size());
  watch_.observer.listed(record_.counts.listed);
  stage_done("list");
  return {};
}

Status Job::find_features() {
  VERGER_ASSIGN_OR_RETURN(auto table, verger::find_features(*input_));
  features_parts_ = std::move(table.parts);
  VERGER_ASSIGN_OR_RETURN(const bool recorded, input_->exists(std::string(kRunRecordName)));
  if (!recorded) return {};
  VERGER_ASSIGN_OR_RETURN(const RunRecord extraction, read_run_record(*input_));
  record_.model = extraction.model;
  if (record_.input != record_.output) return {};
  // The reduction joins the extraction's output, and its record.
  record_.input = extraction.input;
  record_.counts = extraction.counts;
  record_.seconds = extraction.seconds;
  record_.cpu_seconds = extraction.cpu_seconds;
  record_.pipeline = extraction.pipeline;
  record_.update = extraction.update;
  return {};
}

Status Job::begin(const ModelInfo* model) {
  if (model != nullptr) {
    VERGER_RETURN_IF_ERROR(check_width(model->width));
    record_.model = *model;
    record_.width = model->width;
  }
  VERGER_ASSIGN_OR_RETURN(lease_,
                          Lease::acquire(output_.shared_store(), record_.command, watch_.cancel));
  VERGER_RETURN_IF_ERROR(check_output());  // another run may have come and gone since open()
  VERGER_RETURN_IF_ERROR(output_.begin());
  return write_record(output_.store(), record_);
}

Status Job::check_output() const { return output_.check_free(options_.output); }

Status Job::extract(const Network& network, const DecodedPcaModel* projection) {
  auto shards = plan_shards(source_->size(), options_.output.parts);
  ShardWriter writer({.output = output_,
                      .source = *source_,
                      .model = network.model.info(),
                      .image = options_.image,
                      .layout = options_.output.layout,
                      .uuid = uuid_,
                      .shards = shards.size(),
                      .projection = projection == nullptr ? nullptr : &projection->model,
                      .projection_sha256 = projection == nullptr ? "" : model_sha256(*projection)});
  VERGER_ASSIGN_OR_RETURN(shards, resume(writer, std::move(shards)));
  VERGER_RETURN_IF_ERROR(
      extract_from(*source_, network.model, shards,
                   [&](const ShardResult& result) { return writer.write(result); }));
  VERGER_RETURN_IF_ERROR(close_extraction(writer));
  if (network.reference == nullptr) return {};
  VERGER_ASSIGN_OR_RETURN(
      record_.precision_check,
      check_precision(*source_, network.model, *network.reference, options_.image));
  stage_done("precision check");
  return {};
}

Status Job::close_extraction(ShardWriter& writer) {
  VERGER_RETURN_IF_ERROR(check_inputs());
  VERGER_ASSIGN_OR_RETURN(WrittenShards written, writer.finish());
  record_.counts = written.counts;
  written_ = std::move(written.files);
  features_parts_ = std::move(written.features_parts);
  reduction_.parts = std::move(written.projections);
  moments_ = std::move(written.moments);
  stage_done("extract");
  return {};
}

Result<std::vector<Shard>> Job::resume(ShardWriter& writer, std::vector<Shard> shards) {
  record_.shards.total = static_cast<int64_t>(shards.size());
  if (!options_.output.resume) return shards;
  VERGER_ASSIGN_OR_RETURN(auto remaining, adopt_finished_shards(writer, output_, shards, pass()));
  record_.shards.resumed = static_cast<int64_t>(shards.size() - remaining.size());
  record_.shards.resumed_images = record_.counts.listed;
  for (const Shard& shard : remaining) {
    record_.shards.resumed_images -= static_cast<int64_t>(shard.size());
  }
  resumable_ = record_.shards.resumed > 0;
  watch_.observer.resumed(record_.shards.resumed_images);
  watch_.observer.note("Resumed: " + std::to_string(record_.shards.resumed) + " of " +
                       std::to_string(shards.size()) + " shards were finished already.");
  return remaining;
}

Status Job::extract_from(const ImageSource& source, const Model& model,
                         std::span<const Shard> shards, const ShardSink& sink) {
  if (shards.empty()) return {};
  const int reads = options_.storage.reads_in_flight;
  const WorkerOptions worker{
      .image = options_.image,
      .strict = options_.strict,
      .threads = options_.threads,
      .reads_in_flight = reads > 0 ? reads : source.default_reads_in_flight()};
  StageTimes times;
  const double cpu_start = process_cpu_seconds();
  watch_.observer.stage_started("extract", record_.counts.listed - record_.shards.resumed_images);
  const auto write = [&](ShardResult result) -> Status {
    VERGER_RETURN_IF_ERROR(lease_->check());
    const Status written = sink(std::move(result));
    if (written.ok()) resumable_ = true;
    return written;
  };
  VERGER_RETURN_IF_ERROR(
      extract_shards(source, shards, model, worker, watch_.cancel, watch_.observer, write, &times));
  watch_.observer.stage_finished();
  record_.cpu_seconds = {.extract = process_cpu_seconds() - cpu_start,
                         .read = static_cast<double>(times.decode_ns) * 1e-9};
  record_.pipeline =
      describe_pipeline(times, record_.counts.listed - record_.shards.resumed_images);
  return {};
}

// An image that changed while the run read it has features of one state and the recorded size and
// time of another.
Status Job::check_inputs() const {
  VERGER_ASSIGN_OR_RETURN(const auto changed, source_->find_changed());
  if (changed.count == 0) return {};
  return Status::io(std::to_string(changed.count) +
                    " of the images changed during the run, such as " + changed.first + "; " +
                    again() + ", which does them again.");
}

// After an extraction the features are in the output; `reduce` reads them where they are.
FeaturesTable Job::features_table() const {
  return {source_ ? output_.store() : *input_, features_parts_};
}

Result<Moments> Job::merge_moments() {
  auto merged = moments_ ? moments_->finish() : moments_of(features_table(), pass());
  moments_.reset();
  return merged;
}

Status Job::fit() {
  VERGER_ASSIGN_OR_RETURN(const Moments moments, merge_moments());
  return fit(moments);
}

Status Job::fit(const Moments& moments) {
  if (moments.count() < 2) {
    return Status::io("A PCA needs the features of at least 2 images, and " + record_.input +
                      " gave " + std::to_string(moments.count()) +
                      "; the rejected table says why the others failed.");
  }
  watch_.observer.stage_started("fit", 0);
  VERGER_ASSIGN_OR_RETURN(pca_, fit_pca(moments, options_.pca));
  watch_.observer.stage_finished();
  record_.width = moments.width();
  record_.counts.features = moments.count();
  record_.counts.listed = record_.counts.features + record_.counts.rejected;
  stage_done("fit");
  return {};
}

Status Job::project() {
  VERGER_ASSIGN_OR_RETURN(
      reduction_.parts,
      project_parts(features_table(), output_, options_.output.layout, pca_, uuid_, pass()));
  for (const auto& part : reduction_.parts) written_.insert(part.name);
  stage_done("project");
  return {};
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

Status Job::save_model() {
  return save_model({.model = std::move(pca_), .provenance = provenance()});
}

Status Job::save_model(const DecodedPcaModel& model) {
  VERGER_ASSIGN_OR_RETURN(reduction_.model,
                          verger::save_model(output_, model.model, model.provenance));
  fault_point("model-saved");
  for (const auto& file : reduction_.model) written_.insert(file.name);
  record_.reduction = describe(model.model);
  return write_record(output_.store(), reduction_);
}

Result<RunRecord> Job::finish() {
  if (watch_.cancel.cancelled()) return Status::cancelled("Interrupted.");
  VERGER_RETURN_IF_ERROR(lease_->check());
  record_.state = "done";
  VERGER_RETURN_IF_ERROR(write_record(output_.store(), record_));
  VERGER_RETURN_IF_ERROR(output_.finish(written_));
  resumable_ = false;
  return record_;
}

}  // namespace verger
