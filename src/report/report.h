// SPDX-License-Identifier: Apache-2.0
// What one looks at of a result: a report of its run, as JSON (docs/report.schema.json) and as a
// page that needs nothing but a browser.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "search/familiarity.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// What bounds the size of a report, whatever that of the result.
struct ReportLimits {
  std::size_t points = 25'000;     // on the map; as many rows are compared with each other
  std::size_t mapped = 25'000;     // points of which a map of islands is made, and none of more
  std::size_t thumbnails = 1'000;  // points of the map that have one; the outliers have their own
  std::size_t outliers = 24;
  std::size_t rejected = 500;    // files listed
  std::size_t labels = 2'000;    // classes listed
  std::size_t pairs = 24;        // closest ones listed
  std::size_t confusions = 100;  // pairs of classes listed that look alike
};

// Describes a finished result. Reads the tables part by part, and images of the run's INPUT for the
// thumbnails; those that cannot be read by now have none. kIo when `output` holds no finished run.
// The same result gives the same document but for the thumbnails and the region of the cost.
// `familiarity`: if not null, takes what is familiar where no more than limits.points rows made it
// known, else nothing.
Result<nlohmann::json> describe_result(const Store& output, const StorageOptions& storage,
                                       int threads, const CancelToken& cancel,
                                       const ReportLimits& limits = {},
                                       std::optional<Familiarity>* familiarity = nullptr);

// The page: HTML, with the document and all that draws it inside. It makes no request, and what is
// text in the document stays text. In three pieces, as most of it is the program's own.
struct ReportPage {
  std::string_view begin;
  std::string document;
  std::string_view end;
  std::string text() const { return std::string(begin) + document + std::string(end); }
};
ReportPage report_page(const nlohmann::json& report);

// Makes the report of a finished result and writes it to report_name(), and what is familiar where
// all rows were compared. A run removes an older report when it begins.
Status leave_report(Store& output, const StorageOptions& storage, int threads,
                    const CancelToken& cancel, const ReportLimits& limits = {});

}  // namespace verger
