// SPDX-License-Identifier: Apache-2.0
// How the metrics of a run reach whoever collects them: a file, or a port (docs/metrics.md).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "metrics/run_metrics.h"
#include "verger/status.h"

namespace verger {

class MetricsExporter {
 public:
  // Told of trouble that does not end the run: a file that can no longer be written.
  using Complaint = std::function<void(const std::string& sentence)>;

  // `place` as RunOptions::metrics, which it passed the check of, and not empty. The file is
  // written, or the port open, when this returns. kInvalidArgument when the port is taken, kIo when
  // the file cannot be written. `metrics` must outlive the exporter.
  static Result<std::unique_ptr<MetricsExporter>> open(const std::string& place,
                                                       const RunMetrics& metrics,
                                                       Complaint complain);

  // Leaves the last state of the metrics, if there is a place to, and stops.
  virtual ~MetricsExporter() = default;
};

// The two, which open() chooses from.
Result<std::unique_ptr<MetricsExporter>> open_file_exporter(const std::string& path,
                                                            const RunMetrics& metrics,
                                                            MetricsExporter::Complaint complain);
Result<std::unique_ptr<MetricsExporter>> open_http_exporter(int port, const RunMetrics& metrics);

}  // namespace verger
