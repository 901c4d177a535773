// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <arrow/io/interfaces.h>
#include <arrow/status.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "output/output_folder.h"
#include "output/run_record.h"
#include "output/saved_model.h"
#include "output/shard_manifest.h"
#include "report/alike.h"
#include "report/bottleneck.h"
#include "report/cost.h"
#include "report/rows.h"
#include "report/thumbnails.h"
#include "search/table.h"
#include "storage/io_error.h"
#include "verger/version.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr int kReportVersion = 2;

json labels_json(const ReportRows& rows, std::size_t most) {
  std::vector<std::pair<std::string, int64_t>> labels(rows.labels.begin(), rows.labels.end());
  std::ranges::stable_sort(labels,
                           [](const auto& a, const auto& b) { return a.second > b.second; });
  json listed = json::array();
  for (std::size_t i = 0; i < labels.size() && i < most; ++i) {
    listed.push_back({{"name", labels[i].first}, {"count", labels[i].second}});
  }
  return {{"total", labels.size()}, {"listed", listed}};
}

json spectrum_json(const PcaModel& model) {
  double total = 0;
  for (const double value : model.eigenvalues) total += value;
  json cumulative = json::array();
  double sum = 0;
  for (int i = 0; i < model.rank(); ++i) {
    sum += model.eigenvalues[static_cast<std::size_t>(i)];
    cumulative.push_back(std::min(1.0, sum / total));
  }
  json eigenvalues(
      std::vector<double>(model.eigenvalues.begin(), model.eigenvalues.begin() + model.rank()));
  return {{"k", model.k},
          {"width", model.width},
          {"variance", model.variance},
          {"standardize", model.standardize},
          {"count", model.count},
          {"eigenvalues", std::move(eigenvalues)},
          {"cumulative", std::move(cumulative)}};
}

std::string common_prefix(const std::vector<ReportPoint>& points) {
  if (points.empty()) return "";
  std::string prefix = points.front().path;
  for (const auto& point : points) {
    const auto end = std::ranges::mismatch(prefix, point.path).in1;
    prefix.erase(end, prefix.end());
  }
  return prefix.substr(0, prefix.rfind('/') + 1);
}

json points_json(const ReportRows& rows) {
  std::map<std::string, std::size_t> numbers;  // The points name their labels by these.
  json labels = json::array();
  json x = json::array();
  json y = json::array();
  json label = json::array();
  json path = json::array();
  const std::string prefix = common_prefix(rows.points);
  for (const auto& point : rows.points) {
    const auto [number, added] = numbers.try_emplace(point.label, numbers.size());
    if (added) labels.push_back(point.label);
    x.push_back(shown(static_cast<double>(point.x)));
    y.push_back(shown(static_cast<double>(point.y)));
    label.push_back(number->second);
    path.push_back(point.path.substr(prefix.size()));
  }
  return {{"total", rows.total}, {"prefix", prefix}, {"labels", labels}, {"x", x}, {"y", y},
          {"label", label},      {"path", path}};
}

json outliers_json(const ReportRows& rows) {
  json listed = json::array();
  for (const auto& point : rows.outliers) {
    listed.push_back({{"path", point.path}, {"label", point.label}, {"score", point.score}});
  }
  return listed;
}

// Points spread evenly over those of the map have a picture, and so have the outliers.
std::set<std::string> pictured(const ReportRows& rows, std::size_t most) {
  std::set<std::string> paths;
  for (const std::size_t i : spread_rows(rows.points.size(), most)) {
    paths.insert(rows.points[i].path);
  }
  for (const auto& point : rows.outliers) paths.insert(point.path);
  return paths;
}

Result<json> rejected_json(const Store& output, const RunRecord& record,
                           const std::vector<ShardManifest>& manifests, std::size_t most) {
  std::vector<RejectedRow> rows;
  for (const auto& manifest : manifests) {
    if (rows.size() >= most || !manifest.rejected) continue;
    VERGER_RETURN_IF_ERROR(read_rejected_part(output, manifest.rejected->name, most, rows));
  }
  json listed = json::array();
  for (const auto& row : rows) {
    listed.push_back({{"path", row.path},
                      {"label", row.label},
                      {"reason", reject_reason_name(row.reason)},
                      {"message", row.message},
                      {"length", row.length}});
  }
  return json{{"total", record.counts.rejected},
              {"by_reason", record.counts.rejected_by_reason},
              {"listed", listed}};
}

Result<RunRecord> finished_run(const Store& output) {
  VERGER_ASSIGN_OR_RETURN(RunRecord record, read_run_record(output));
  if (record.state == "done") return record;
  return Status::io("The run in " + output.shown("") +
                    " did not finish, so there is nothing to report; go on with it by " +
                    option_set("resume") + ".");
}

Result<ReportRows> read_rows(const Store& output, const RunRecord& record, json& report,
                             const std::vector<ShardManifest>& manifests, int threads,
                             const CancelToken& cancel, const ReportLimits& limits) {
  if (!record.reduction) {
    std::vector<std::string> parts;
    for (const auto& manifest : manifests) parts.push_back(manifest.features.name);
    return count_labels(output, parts, threads, cancel);
  }
  VERGER_ASSIGN_OR_RETURN(const auto reduction, read_reduction_record(output));
  VERGER_ASSIGN_OR_RETURN(const auto model, load_model(output));
  report["spectrum"] = spectrum_json(model.model);
  json files = json::array();
  for (const auto& file : reduction.model) files.push_back(part_json(file));
  report["model_files"] = files;
  return read_report_rows(output, reduction, record.options.output.layout, model.model, threads,
                          cancel, limits);
}

// Writes it, but where the output has it already.
Status keep_familiarity(Store& output, const Familiarity& familiarity) {
  VERGER_ASSIGN_OR_RETURN(const auto searched, open_searched_output(output));
  const auto kept = Familiarity::load(output, searched);
  return kept.ok() && *kept ? Status() : familiarity.save(output, searched);
}

}  // namespace

Result<json> describe_result(const Store& output, const StorageOptions& storage, int threads,
                             const CancelToken& cancel, const ReportLimits& limits,
                             std::optional<Familiarity>* familiarity) {
  threads = threads > 0 ? threads : default_threads();
  VERGER_ASSIGN_OR_RETURN(const RunRecord record, finished_run(output));
  VERGER_ASSIGN_OR_RETURN(const auto manifests, read_shard_manifests(output));
  json report = {
      {"format", "verger-report"}, {"version", kReportVersion}, {"verger_version", kVersion},
      {"run", record.to_json()},   {"spectrum", nullptr},       {"model_files", json::array()},
      {"points", nullptr},         {"outliers", nullptr},       {"closest_pairs", nullptr},
      {"confusions", nullptr},     {"pipeline", nullptr}};
  VERGER_ASSIGN_OR_RETURN(const ReportRows rows,
                          read_rows(output, record, report, manifests, threads, cancel, limits));
  report["labels"] = labels_json(rows, limits.labels);
  VERGER_ASSIGN_OR_RETURN(report["rejected"],
                          rejected_json(output, record, manifests, limits.rejected));
  if (record.reduction) {
    report["points"] = points_json(rows);
    report["outliers"] = outliers_json(rows);
  }
  std::set<std::string> paths = pictured(rows, limits.thumbnails);
  if (record.reduction) {
    VERGER_ASSIGN_OR_RETURN(Alike alike, compare_points(rows, threads, cancel, limits));
    paths.merge(paths_of(alike));
    report["points"]["map"] = std::move(alike.map);
    report["confusions"] = std::move(alike.confusions);
    report["closest_pairs"] = std::move(alike.closest_pairs);
    if (familiarity != nullptr) *familiarity = std::move(alike.familiarity);
  }
  report["thumbnails"] =
      make_thumbnails(record.input, storage, {paths.begin(), paths.end()}, threads, cancel);
  if (record.pipeline) report["pipeline"] = bottleneck_of(*record.pipeline);
  report["cost"] = cost_of(record);
  if (cancel.cancelled()) return Status::cancelled("Interrupted.");
  return report;
}

namespace {

Status write_page(Store& output, const std::string& name, const ReportPage& page) {
  VERGER_ASSIGN_OR_RETURN(const auto file, output.create(name));
  for (const std::string_view piece : {page.begin, std::string_view(page.document), page.end}) {
    const arrow::Status written = file->stream()->Write(piece);
    if (!written.ok()) return io_error("write", output.shown(name), written);
  }
  return file->commit();
}

}  // namespace

Status leave_report(Store& output, const StorageOptions& storage, int threads,
                    const CancelToken& cancel, const ReportLimits& limits) {
  VERGER_ASSIGN_OR_RETURN(const RunRecord record, read_run_record(output));
  const std::string name = report_name(record.options.output.layout);
  std::optional<Familiarity> familiarity;
  VERGER_ASSIGN_OR_RETURN(const auto report,
                          describe_result(output, storage, threads, cancel, limits, &familiarity));
  if (familiarity) VERGER_RETURN_IF_ERROR(keep_familiarity(output, *familiarity));
  return write_page(output, name, report_page(report));
}

}  // namespace verger
