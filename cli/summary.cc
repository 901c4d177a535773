// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_text.h"
#include "base/utf8.h"
#include "report/report.h"
#include "session.h"

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

std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

double total_seconds(const RunRecord& record) {
  double total = 0;
  for (const auto& [stage, seconds] : record.seconds) total += seconds;
  return total;
}

void print_reduction(const RunRecord& record) {
  const auto& reduction = *record.reduction;
  row("components", format_count(reduction.k) + " of " + format_count(record.width) + ", keeping " +
                        format_percent(reduction.reached) + " of the variance");
  row("margin", "k − 1: " + fixed(reduction.below, 5) + ", k: " + fixed(reduction.reached, 5) +
                    ", k + 1: " + fixed(reduction.above, 5));
}

void print_drift(const PcaDrift& drift) {
  std::string text =
      "the earlier model keeps " + format_percent(drift.variance_kept) + " of today's variance";
  if (drift.largest_angle) {
    text += "; to the one fitted now " + fixed(*drift.largest_angle, 2) + "° at most";
  }
  row("drift", text);
}

void print_update(const UpdateRecord& update) {
  row("update", format_count(update.kept) + " kept, " + format_count(update.added) + " added, " +
                    format_count(update.changed) + " changed, " + format_count(update.removed) +
                    " removed; " + format_count(update.inferred) + " inferred");
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

void print_unchanged(const RunRecord& record) {
  std::printf("\nupdate: nothing to do\n");
  row("images", "the " + format_count(record.counts.listed) + " in " + record.input +
                    " are those of the output; nothing was read or written");
  row("output", record.output);
  std::fflush(stdout);
}

void print_times(const RunRecord& record) {
  const int64_t extracted = record.counts.listed - record.shards.resumed_images;
  std::string stages;
  for (const auto& [stage, seconds] : record.seconds) {
    if (!stages.empty()) stages += ", ";
    stages += stage + ' ' + format_duration(std::chrono::duration<double>(seconds));
    if (stage == "extract" && seconds > 0) {
      stages += " (" + format_rate(static_cast<double>(extracted) / seconds) + " images/s)";
    }
  }
  row("time",
      format_duration(std::chrono::duration<double>(total_seconds(record))) + ": " + stages);
  if (record.cpu_seconds.extract > 0 && extracted > 0) {
    const double milliseconds = 1e3 / static_cast<double>(extracted);
    row("CPU", fixed(record.cpu_seconds.extract * milliseconds, 2) + " ms an image, " +
                   fixed(record.cpu_seconds.read * milliseconds, 2) +
                   " ms of it to decode and resize");
  }
}

void print_text(const RunRecord& record) {
  const Counts& counts = record.counts;
  std::printf("\n%s finished\n", record.command.c_str());
  row("images", format_count(counts.listed) + " listed = " + format_count(counts.features) +
                    " with features + " + rejected_text(counts));
  if (!record.passed_over.empty()) row("passed over", record.passed_over.text());
  if (record.command == "update") print_update(*record.update);
  if (record.reduction) print_reduction(record);
  if (record.model) {
    row("network", record.model->name + ", " + record.model->weights + ", " +
                       std::string(precision_name(record.model->precision)) + ", " +
                       record.model->engine);
  }
  if (record.precision_check) {
    row("precision", "cosine to f32 on " + format_count(record.precision_check->images) +
                         " of the images: lowest " +
                         fixed(record.precision_check->lowest_cosine, 6) + ", median " +
                         fixed(record.precision_check->median_cosine, 6));
  }
  if (record.options.image.fast_decode) {
    row("fast decode", "large JPEGs are decoded at a fraction of their size: inexact");
  }
  print_times(record);
  row("output", record.output);
  row("report", record.output + (record.output.ends_with('/') ? "" : "/") +
                    report_name(record.options.output.layout));
  if (record.untrained()) row("WARNING", "untrained weights: the features mean nothing");
  std::fflush(stdout);
}

}  // namespace

void print_summary(Console& console, const RunRecord& record) {
  if (console.format() == LogFormat::kText) {
    return record.state == "unchanged" ? print_unchanged(record) : print_text(record);
  }
  nlohmann::json event = record.to_json();
  event["event"] = "summary";
  console.line(json_text(event));
}

}  // namespace verger::cli
