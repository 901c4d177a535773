// SPDX-License-Identifier: Apache-2.0
// What 1,000,000 images would cost on machines that are rented by the hour.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "output/run_record.h"

namespace verger {

// From the prices and rates of python/verger/emr/figures.json, which the program carries: on-demand
// EC2 by itself, and with EMR's own charge, every core busy. Of the region that the run was given
// for S3, else of that of the environment; where it has no prices, of us-east-1.
// $ = CPU seconds an image · 1,000,000 / (3600 · vCPUs) · $ an hour. Two CPU times: the rate
// measured for the family, and what this run took on its machine (null when it extracted nothing).
nlohmann::json cost_of(const RunRecord& record);

}  // namespace verger
