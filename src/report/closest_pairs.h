// SPDX-License-Identifier: Apache-2.0
// The photographs that are most alike of all, by their components.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "report/rows.h"
#include "search/nearest.h"

namespace verger {

// The `most` pairs of the points whose cosines are highest, those first. `nearest`: of each point
// the k others that are nearest, or all others; `most` ≤ 2 k. Of a pair that neither of its rows
// lists, each row has k others that are nearer: 2 k pairs come before it, so that none is missed.
// Below kFewestComponents components none are named, and "skipped" says so.
nlohmann::json closest_pairs_of(const ReportRows& rows,
                                std::span<const std::vector<Neighbour>> nearest, std::size_t most);

}  // namespace verger
