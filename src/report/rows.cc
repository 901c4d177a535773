// SPDX-License-Identifier: Apache-2.0
#include "report/rows.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "parquet/tables.h"

namespace verger {

namespace {

bool farther(const ReportPoint& a, const ReportPoint& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.path < b.path;
}

ReportPoint point_of(const FeatureRows& rows, std::size_t i, const PcaModel& model) {
  const float* values = rows.features.data() + i * rows.width;
  ReportPoint point{rows.path[i], rows.label[i], values[0], rows.width > 1 ? values[1] : 0.0F, 0};
  for (std::size_t j = 0; j < rows.width; ++j) {
    const auto value = static_cast<double>(values[j]);
    point.score += value * value / model.eigenvalues[j];
  }
  return point;
}

void keep_farthest(std::vector<ReportPoint>& points, std::size_t most) {
  std::ranges::sort(points, farther);
  if (points.size() > most) points.resize(most);
}

// Takes in the rows of one part, of which the first is row `begin` of all `total`.
class PartScan {
 public:
  PartScan(const PcaModel& model, std::size_t begin, std::size_t total, const ReportLimits& limits)
      : model_(model), row_(begin), total_(total), limits_(limits) {}

  Status add(const FeatureRows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i, ++row_) {
      ++rows_.total;
      ++rows_.labels[rows.label[i]];
      ReportPoint point = point_of(rows, i, model_);
      if (is_spread_row(row_, total_, limits_.points)) keep(rows, i, point);
      rows_.outliers.push_back(std::move(point));
    }
    keep_farthest(rows_.outliers, limits_.outliers);
    return {};
  }

  ReportRows take() { return std::move(rows_); }

 private:
  void keep(const FeatureRows& rows, std::size_t i, const ReportPoint& point) {
    SearchTable& table = rows_.table;
    const float* values = rows.features.data() + i * rows.width;
    rows_.points.push_back(point);
    table.path.push_back(point.path);
    table.label.push_back(point.label);
    table.unit.insert(table.unit.end(), values, values + rows.width);
    scale_to_unit({table.unit.data() + table.unit.size() - rows.width, rows.width});
  }

  const PcaModel& model_;
  std::size_t row_;
  std::size_t total_;
  const ReportLimits& limits_;
  ReportRows rows_;
};

// Joins what the parts hold, in their order, as they come: those that come early wait. Thread-safe.
class Joined {
 public:
  explicit Joined(std::size_t outliers) : most_outliers_(outliers) {}

  void add(std::size_t part, ReportRows rows) {
    const std::lock_guard lock(mutex_);
    early_.emplace(part, std::move(rows));
    for (auto next = early_.begin(); next != early_.end() && next->first == taken_;
         next = early_.erase(next), ++taken_) {
      take(next->second);
    }
  }

  ReportRows finish() { return std::move(all_); }

 private:
  void take(ReportRows& part) {
    all_.total += part.total;
    for (const auto& [label, count] : part.labels) all_.labels[label] += count;
    std::ranges::move(part.points, std::back_inserter(all_.points));
    std::ranges::move(part.table.path, std::back_inserter(all_.table.path));
    std::ranges::move(part.table.label, std::back_inserter(all_.table.label));
    all_.table.unit.insert(all_.table.unit.end(), part.table.unit.begin(), part.table.unit.end());
    part.table.unit = {};
    std::ranges::move(part.outliers, std::back_inserter(all_.outliers));
    keep_farthest(all_.outliers, most_outliers_);
  }

  const std::size_t most_outliers_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::map<std::size_t, ReportRows> early_;  // by part
  ReportRows all_;
};

}  // namespace

Result<ReportRows> read_report_rows(const Store& output, const ReductionRecord& reduction,
                                    Layout layout, const PcaModel& model, int threads,
                                    const CancelToken& cancel, const ReportLimits& limits) {
  const auto& parts = reduction.parts;
  std::vector<std::size_t> begin = {0};
  for (const PartInfo& part : parts) {
    begin.push_back(begin.back() + static_cast<std::size_t>(part.rows));
  }
  Joined joined(limits.outliers);
  const auto read_part = [&](std::size_t i) -> Status {
    PartScan scan(model, begin[i], begin.back(), limits);
    VERGER_RETURN_IF_ERROR(visit_pca_part(output, parts[i].name, layout,
                                          static_cast<std::size_t>(model.k),
                                          [&](const FeatureRows& rows) { return scan.add(rows); }));
    joined.add(i, scan.take());
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(parts.size(), threads, cancel, read_part));
  ReportRows rows = joined.finish();
  rows.table.width = static_cast<std::size_t>(model.k);
  return rows;
}

Result<ReportRows> count_labels(const Store& output, const std::vector<std::string>& parts,
                                int threads, const CancelToken& cancel) {
  Joined joined(0);
  const auto read_part = [&](std::size_t i) -> Status {
    ReportRows part;
    const auto count = [&](const FeatureRows& rows) -> Status {
      part.total += static_cast<int64_t>(rows.size());
      for (const auto& label : rows.label) ++part.labels[label];
      return {};
    };
    VERGER_RETURN_IF_ERROR(visit_features_part(output, parts[i], 0, count));
    joined.add(i, std::move(part));
    return {};
  };
  VERGER_RETURN_IF_ERROR(parallel_for(parts.size(), threads, cancel, read_part));
  return joined.finish();
}

}  // namespace verger
