// What 1,000 images would cost on machines that are rented by the hour.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "output/run_record.h"

namespace verger {

// From the prices and rates of python/verger/emr/figures.json, which the program carries: on-demand
// EC2 alone, every core busy. $ = CPU seconds an image · 1000 / (3600 · vCPUs) · $ an hour. Two
// CPU times: the rate measured for the family, and what this run took on its machine (null when it
// extracted nothing).
nlohmann::json cost_of(const RunRecord& record);

}  // namespace verger
