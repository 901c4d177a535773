// SPDX-License-Identifier: Apache-2.0
// One pass over the rows of a result: what the report says of them all, and a sample of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "output/run_record.h"
#include "report/report.h"
#include "search/table.h"
#include "storage/store.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

struct ReportPoint {
  std::string path;
  std::string label;
  float x = 0;       // first principal component
  float y = 0;       // second; 0 when there is but one
  double score = 0;  // squared Mahalanobis distance within the components kept
};

struct ReportRows {
  int64_t total = 0;
  std::map<std::string, int64_t> labels;
  std::vector<ReportPoint> points;    // evenly spread over the rows, in their order
  SearchTable table;                  // has the points' rows
  std::vector<ReportPoint> outliers;  // highest scores first; by path among equals

  bool sampled() const { return static_cast<int64_t>(points.size()) < total; }
};

// Rows of a pca table of `model`. The score is Σ pⱼ² / λⱼ over the k components. Memory: that of
// limits.points rows.
Result<ReportRows> read_report_rows(const Store& output, const ReductionRecord& reduction,
                                    Layout layout, const PcaModel& model, int threads,
                                    const CancelToken& cancel, const ReportLimits& limits);

// Rows of a features table without a reduction: `total` and `labels` alone.
Result<ReportRows> count_labels(const Store& output, const std::vector<std::string>& parts,
                                int threads, const CancelToken& cancel);

}  // namespace verger
