// SPDX-License-Identifier: Apache-2.0
#include "output/run_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "base/run_options.h"
#include "base/status_macros.h"
#include "output/output_folder.h"
#include "verger/version.h"

namespace verger {

using nlohmann::json;

namespace {

json model_json(const ModelInfo& model) {
  return {{"name", model.name},
          {"weights", model.weights},
          {"weights_sha256", model.weights_sha256},
          {"engine", model.engine},
          {"precision", precision_name(model.precision)},
          {"width", model.width},
          {"untrained", model.untrained}};
}

Result<ModelInfo> parse_model(const json& from) {
  ModelInfo model{.name = from.at("name"),
                  .weights = from.at("weights"),
                  .weights_sha256 = from.at("weights_sha256"),
                  .engine = from.at("engine"),
                  .precision = Precision::kF32,
                  .width = from.at("width"),
                  .untrained = from.at("untrained")};
  VERGER_ASSIGN_OR_RETURN(model.precision,
                          parse_precision(from.at("precision").get<std::string>()));
  return model;
}

json reduction_json(const RunRecord::Reduction& reduction) {
  return {{"k", reduction.k},
          {"count", reduction.count},
          {"cumulative_below", reduction.below},
          {"cumulative", reduction.reached},
          {"cumulative_above", reduction.above}};
}

RunRecord::Reduction parse_reduction(const json& from) {
  return {.k = parse_count(from.at("k")),
          .count = parse_count(from.at("count")),
          .below = from.at("cumulative_below"),
          .reached = from.at("cumulative"),
          .above = from.at("cumulative_above")};
}

json precision_json(const RunRecord::PrecisionCheck& check) {
  return {{"images", check.images},
          {"lowest_cosine", check.lowest_cosine},
          {"median_cosine", check.median_cosine},
          {"speed", check.speed}};
}

RunRecord::PrecisionCheck parse_precision_check(const json& from) {
  return {.images = from.at("images"),
          .lowest_cosine = from.at("lowest_cosine"),
          .median_cosine = from.at("median_cosine"),
          .speed = from.value("speed", 0.0)};
}

json pipeline_json(const PipelineRecord& pipeline) {
  return {{"images", pipeline.images},         {"bytes", pipeline.bytes},
          {"readers", pipeline.readers},       {"workers", pipeline.workers},
          {"wall_seconds", pipeline.wall},     {"fetch_seconds", pipeline.fetch},
          {"held_seconds", pipeline.held},     {"starved_seconds", pipeline.starved},
          {"decode_seconds", pipeline.decode}, {"infer_seconds", pipeline.infer},
          {"write_seconds", pipeline.write}};
}

PipelineRecord parse_pipeline(const json& from) {
  return {.images = parse_count(from.at("images")),
          .bytes = parse_count(from.at("bytes")),
          .readers = parse_count(from.at("readers")),
          .workers = parse_count(from.at("workers")),
          .wall = from.at("wall_seconds"),
          .fetch = from.at("fetch_seconds"),
          .held = from.at("held_seconds"),
          .starved = from.at("starved_seconds"),
          .decode = from.at("decode_seconds"),
          .infer = from.at("infer_seconds"),
          .write = from.at("write_seconds")};
}

RunRecord::Shards parse_shards(const json& from) {
  return {.total = parse_count(from.at("total")),
          .resumed = parse_count(from.at("resumed")),
          .resumed_images = parse_count(from.at("resumed_images"))};
}

json plan_json(const RunRecord::Plan& plan) {
  return {{"images", plan.images},
          {"bytes", plan.bytes},
          {"parts", plan.parts},
          {"features_bytes", plan.features_bytes}};
}

// What whoever reads the result must be told first; "" for nothing.
std::string warning_of(const RunRecord& record) {
  std::string warning;
  if (record.untrained()) {
    warning = "Untrained weights: a demonstration; the features mean nothing.";
  }
  if (const std::string trial = record.trial(); !trial.empty()) {
    warning += (warning.empty() ? "A trial: " : " A trial: ") + trial;
  }
  return warning;
}

RunRecord::Cpu parse_cpu_seconds(const json& from) {
  return {.extract = from.at("extract"), .read = from.at("read")};
}

std::vector<std::pair<std::string, double>> parse_seconds(const json& from) {
  std::vector<std::pair<std::string, double>> seconds;
  for (const auto& [stage, time] : from.items()) seconds.emplace_back(stage, time);
  return seconds;
}

}  // namespace

json ReductionRecord::to_json() const {
  json part_list = json::array();
  json model_list = json::array();
  for (const auto& part : parts) part_list.push_back(part_json(part));
  for (const auto& file : model) model_list.push_back(part_json(file));
  json record = {{"format", "verger-reduction"},
                 {"version", kJsonFormatVersion},
                 {"parts", part_list},
                 {"model", model_list}};
  if (!features.empty()) record["features"] = features;
  return record;
}

Result<ReductionRecord> ReductionRecord::parse(const json& from) {
  return parse_document("verger-reduction", from, [&] {
    ReductionRecord record;
    for (const auto& part : from.at("parts")) record.parts.push_back(parse_part(part));
    for (const auto& file : from.at("model")) record.model.push_back(parse_part(file));
    if (from.contains("features")) record.features = from["features"];
    return record;
  });
}

json RunRecord::to_json() const {
  json stages = json::object();
  for (const auto& [stage, time] : seconds) stages[stage] = time;
  json record = {
      {"format", "verger-run"},
      {"version", kJsonFormatVersion},
      {"verger_version", kVersion},
      {"command", command},
      {"state", state},
      {"started", started},
      {"input", input},
      {"output", output},
      {"uuids", uuids},
      {"options", recorded_json(options)},
      {"model", model ? model_json(*model) : json(nullptr)},
      {"counts", counts_json(counts)},
      {"passed_over", passed_over_json(passed_over)},
      {"limited_from", limited_from},
      {"shards",
       {{"total", shards.total},
        {"resumed", shards.resumed},
        {"resumed_images", shards.resumed_images}}},
      {"width", width},
      {"reduction", reduction ? reduction_json(*reduction) : json(nullptr)},
      {"precision_check", precision_check ? precision_json(*precision_check) : json(nullptr)},
      {"seconds", stages},
      {"cpu_seconds", {{"extract", cpu_seconds.extract}, {"read", cpu_seconds.read}}}};
  if (pipeline) record["pipeline"] = pipeline_json(*pipeline);
  if (update) record["update"] = update->to_json();
  if (!spark.empty()) record["spark"] = json::parse(spark);
  if (plan) record["plan"] = plan_json(*plan);
  if (const std::string warning = warning_of(*this); !warning.empty()) record["warning"] = warning;
  return record;
}

std::string RunRecord::trial() const {
  if (limited_from == 0) return {};
  return "of the " + format_count(limited_from, "image") + " in INPUT the first " +
         format_count(options.input.limit) + " alone " +
         (options.input.limit == 1 ? "was" : "were") + " taken.";
}

Result<RunRecord> RunRecord::parse(const json& from) {
  RunRecord record;
  auto plain = parse_document("verger-run", from, [&] {
    record.command = from.at("command");
    record.state = from.at("state");
    record.started = from.at("started");
    record.input = from.at("input");
    record.output = from.at("output");
    if (from.contains("uuids")) record.uuids = from["uuids"];
    record.options = parse_recorded(from.at("options"));
    record.counts = parse_counts(from.at("counts"));
    if (from.contains("passed_over")) record.passed_over = parse_passed_over(from["passed_over"]);
    if (from.contains("limited_from")) record.limited_from = parse_count(from["limited_from"]);
    record.shards = parse_shards(from.at("shards"));
    record.width = parse_count(from.at("width"));
    if (const auto& reduced = from.at("reduction"); !reduced.is_null()) {
      record.reduction = parse_reduction(reduced);
    }
    if (const auto& check = from.at("precision_check"); !check.is_null()) {
      record.precision_check = parse_precision_check(check);
    }
    record.cpu_seconds = parse_cpu_seconds(from.at("cpu_seconds"));
    if (from.contains("pipeline")) record.pipeline = parse_pipeline(from["pipeline"]);
    if (from.contains("update")) record.update = UpdateRecord::parse(from["update"]);
    record.seconds = parse_seconds(from.at("seconds"));
    return 0;
  });
  if (!plain.ok()) return std::move(plain).error();
  if (from.contains("model") && from["model"].is_null()) return record;
  auto model = parse_document("verger-run", from, [&] { return parse_model(from.at("model")); });
  if (!model.ok()) return std::move(model).error();
  VERGER_ASSIGN_OR_RETURN(record.model, *std::move(model));
  return record;
}

RunRecord::Reduction describe(const PcaModel& model) {
  return {.k = model.k,
          .count = model.count,
          .below = model.cumulative_ratio(model.k - 1),
          .reached = model.cumulative_ratio(model.k),
          .above = model.cumulative_ratio(std::min(model.k + 1, model.width))};
}

namespace {

template <class Record>
Result<Record> read_record(const Store& store, std::string_view file) {
  const std::string name(file);
  VERGER_ASSIGN_OR_RETURN(const json document, read_json(store, name));
  auto record = Record::parse(document);
  if (record.ok()) return record;
  return Status::io(store.shown(name) + ": " + record.error().message());
}

}  // namespace

Result<RunRecord> read_run_record(const Store& store) {
  return read_record<RunRecord>(store, kRunRecordName);
}

Result<ReductionRecord> read_reduction_record(const Store& store) {
  return read_record<ReductionRecord>(store, kReductionRecordName);
}

Status write_record(Store& store, const RunRecord& record) {
  return write_json(store, std::string(kRunRecordName), record.to_json());
}

Status write_record(Store& store, const ReductionRecord& record) {
  return write_json(store, std::string(kReductionRecordName), record.to_json());
}

}  // namespace verger
