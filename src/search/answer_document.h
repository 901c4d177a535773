// SPDX-License-Identifier: Apache-2.0
// What a search found, as JSON: what the program prints by --json, the service sends, and the
// Python package hands on (docs/serve.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "search/recognition.h"
#include "search/searcher.h"

namespace verger {

// What was searched, and how; the document of any search begins so.
nlohmann::json searched_json(const Searcher& searcher);

// The whole document of answers that were found in `searcher`.
nlohmann::json similar_json(const Searcher& searcher, const std::vector<Answer>& answers);

}  // namespace verger
