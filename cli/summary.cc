// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/utf8.h"
#include "report/report.h"
#include "session.h"
#include "shards/features_table.h"

namespace verger::cli {

namespace {

void row(const char* name, const std::string& value) {
  std::printf("  %-12s %s\n", name, printable(value).c_str());
}

std::string rejected_text(const Counts& counts) {
  std::string text = format_count(counts.rejected) + " rejected";
  std::string reasons;
  for (const auto& [reason, count] : counts.rejected_by_reason) {
    reasons += (reasons.empty() ? " (" : ", ") + format_count(count) + ' ' + reason;
  }
  return reasons.empty() ? text : text + reasons + ')';
}

// The stages of this command: the record of a reduction has those of the extraction as well.
std::vector<std::pair<std::string, double>> own_stages(const RunRecord& record) {
  auto stages = record.seconds;
  if (record.command != "reduce") return stages;
  std::erase_if(stages, [](const auto& stage) { return !is_stage_of_reduction(stage.first); });
  return stages;
}

void print_reduction(const RunRecord& record) {
  const auto& reduction = *record.reduction;
  row("components", format_count(reduction.k) + " of " + format_count(record.width) + ", keeping " +
                        format_percent(reduction.reached) + " of the variance");
  row("margin", "k − 1: " + format_fixed(reduction.below, 5) +
                    ", k: " + format_fixed(reduction.reached, 5) +
                    ", k + 1: " + format_fixed(reduction.above, 5));
}

void print_drift(const PcaDrift& drift) {
  std::string text =
      "the earlier model keeps " + format_percent(drift.variance_kept) + " of today's variance";
  if (drift.largest_angle) {
    text += "; to the one fitted now " + format_fixed(*drift.largest_angle, 2) + "° at most";
  }
  row("drift", text);
}

void print_update(const UpdateRecord& update, bool planned) {
  row("update", format_count(update.kept) + " kept, " + format_count(update.added) + " added, " +
                    format_count(update.changed) + " changed, " + format_count(update.removed) +
                    " removed; " + format_count(update.inferred) +
                    (planned ? " to infer" : " inferred"));
  const auto& shards = update.shards;
  row("shards", format_count(shards.kept) + " kept, " + format_count(shards.rewritten) +
                    " written anew, " + format_count(shards.added) + " added, " +
                    format_count(shards.removed) + " removed");
  std::string model = update.refitted ? "fitted anew" : "kept as it is";
  if (update.drift && update.refitted) {
    model +=
        ", k " + format_count(update.drift->k_before) + " → " + format_count(update.drift->k_after);
  }
  row("model", model);
  if (update.drift) print_drift(*update.drift);
}

void print_times(const RunRecord& record) {
  const int64_t extracted = record.counts.listed - record.shards.resumed_images;
  double total = 0;
  std::string stages;
  for (const auto& [stage, seconds] : own_stages(record)) {
    total += seconds;
    if (!stages.empty()) stages += ", ";
    stages += stage + ' ' + format_duration(seconds);
    if (stage == "extract" && seconds > 0) {
      stages += " (" + format_rate(static_cast<double>(extracted) / seconds) + " images/s)";
    }
  }
  row("time", format_duration(total) + ": " + stages);
  if (record.command != "reduce" && record.cpu_seconds.extract > 0 && extracted > 0) {
    const double milliseconds = 1e3 / static_cast<double>(extracted);
    row("CPU", format_fixed(record.cpu_seconds.extract * milliseconds, 2) + " ms an image, " +
                   format_fixed(record.cpu_seconds.read * milliseconds, 2) +
                   " ms of it to decode and resize");
  }
}

void print_images(const RunRecord& record) {
  if (!record.passed_over.empty()) row("passed over", record.passed_over.text());
  if (const std::string trial = record.trial(); !trial.empty()) row("TRIAL", trial);
}

void print_unchanged(const RunRecord& record, const TypedPlaces& typed) {
  std::printf("\nupdate: nothing to do\n");
  row("images", "the " + format_count(record.counts.listed) + " in " + typed.input +
                    " are those of the output; nothing was read or written");
  print_images(record);
  row("output", typed.output);
  std::fflush(stdout);
}

// How a precision's speed compares with that of f32.
std::string speed_text(double speed) {
  if (speed == 0) return "";
  if (speed < 1) return "; SLOWER than f32, which took " + format_fixed(speed, 2) + " of its time";
  return "; " + format_fixed(speed, 2) + " times as fast as f32";
}

void print_network(const RunRecord& record) {
  if (record.model) {
    row("network", record.model->name + ", " + record.model->weights + ", " +
                       std::string(precision_name(record.model->precision)) + ", " +
                       record.model->engine);
  }
  if (record.precision_check) {
    row("precision", "cosine to f32 on " + format_count(record.precision_check->images) +
                         " of the images: lowest " +
                         format_fixed(record.precision_check->lowest_cosine, 6) + ", median " +
                         format_fixed(record.precision_check->median_cosine, 6) +
                         speed_text(record.precision_check->speed));
  }
  if (record.options.image.fast_decode) {
    row("fast decode", "large JPEGs are decoded at a fraction of their size: inexact");
  }
}

// pyarrow, by which pandas reads, goes into sub-folders, and so into pca_results/.
void print_reading(const RunRecord& record) {
  if (record.options.output.layout != Layout::kNotebook || !record.reduction) return;
  row("pandas",
      "pd.read_parquet(OUTPUT) gives each row twice; read the features by "
      "pd.read_parquet(OUTPUT, ignore_prefixes=[\"_\", \".\", \"pca_results\"])");
}

// What a dry run found.
void print_planned(const RunRecord& record, const TypedPlaces& typed) {
  const RunRecord::Plan& plan = *record.plan;
  std::printf("\n%s, a dry run: nothing was written\n", record.command.c_str());
  row("images", format_count(record.counts.listed) + " in " + typed.input + ", of which " +
                    format_count(plan.images) + " would be read, " + format_bytes(plan.bytes));
  print_images(record);
  if (record.update) print_update(*record.update, /*planned=*/true);
  row("parts", format_count(plan.parts, "part") + " of features would be written, about " +
                   format_bytes(plan.features_bytes) + " before compression");
  if (record.shards.resumed > 0 && !record.update) {
    row("finished", format_count(record.shards.resumed) + " of " +
                        format_count(record.shards.total, "shard") + " already, of " +
                        format_count(record.shards.resumed_images, "image"));
  }
  print_network(record);
  row("output", typed.output);
  std::fflush(stdout);
}

void print_text(const RunRecord& record, const TypedPlaces& typed) {
  const Counts& counts = record.counts;
  std::printf("\n%s finished\n", record.command.c_str());
  row("images", format_count(counts.listed) + " listed = " + format_count(counts.features) +
                    " with features + " + rejected_text(counts));
  print_images(record);
  if (record.command == "update") print_update(*record.update, /*planned=*/false);
  if (record.reduction) print_reduction(record);
  print_network(record);
  print_times(record);
  row("output", typed.output);
  row("report", typed.output + (typed.output.ends_with('/') ? "" : "/") +
                    report_name(record.options.output.layout));
  print_reading(record);
  if (record.untrained()) row("WARNING", "untrained weights: the features mean nothing");
  std::fflush(stdout);
}

}  // namespace

void print_summary(Console& console, const RunRecord& record, const TypedPlaces& typed) {
  if (console.format() == LogFormat::kText) {
    if (record.state == "unchanged") return print_unchanged(record, typed);
    return record.plan ? print_planned(record, typed) : print_text(record, typed);
  }
  nlohmann::json event = record.to_json();
  event["event"] = "summary";
  console.line(json_text(event));
}

}  // namespace verger::cli
