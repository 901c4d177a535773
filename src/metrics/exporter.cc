// SPDX-License-Identifier: Apache-2.0
#include "metrics/exporter.h"

#include <cstdlib>
#include <utility>

namespace verger {

Result<std::unique_ptr<MetricsExporter>> MetricsExporter::open(const std::string& place,
                                                               const RunMetrics& metrics,
                                                               Complaint complain) {
  if (place.starts_with(':')) return open_http_exporter(std::atoi(place.c_str() + 1), metrics);
  return open_file_exporter(place, metrics, std::move(complain));
}

}  // namespace verger
