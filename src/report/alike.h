// SPDX-License-Identifier: Apache-2.0
// What the nearest neighbours of the rows tell: classes that look alike, a map, what is familiar.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "report/report.h"
#include "report/rows.h"
#include "search/familiarity.h"
#include "verger/status.h"

namespace verger {

// What is alike among the points of a report; those of a sample are compared with each other alone.
struct Alike {
  nlohmann::json closest_pairs;
  nlohmann::json confusions;  // confusions_json()
  nlohmann::json map;         // the map of the points (docs/report.schema.json), or null
  std::optional<Familiarity> familiarity;  // where the points are all rows
};

// One search for the neighbours feeds them all.
Result<Alike> compare_points(const ReportRows& rows, int threads, const CancelToken& cancel,
                             const ReportLimits& limits);

// A coordinate of a map with as many digits as a screen can show.
double shown(double coordinate);

// The images of the pairs and confusions listed.
std::set<std::string> paths_of(const Alike& alike);

}  // namespace verger
