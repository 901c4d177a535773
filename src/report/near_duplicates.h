#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "base/cancel.h"
#include "report/report.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Below so many components many pairs of rows point the same way by chance.
inline constexpr std::size_t kFewestComponents = 8;

// The rows of a result whose components are all but equal, found without reading an image: how many
// there are, and the closest pairs of all, be they as close or not. Rows are compared with all
// others, so beyond `limits.compared` rows, as below kFewestComponents components, nothing is, and
// "skipped" says so.
Result<nlohmann::json> near_duplicates_of(const Store& output, int threads,
                                          const CancelToken& cancel, const ReportLimits& limits);

// The images of the pairs listed.
std::set<std::string> paths_of_pairs(const nlohmann::json& near_duplicates);

}  // namespace verger
