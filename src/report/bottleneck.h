// SPDX-License-Identifier: Apache-2.0
// Which stage limited an extraction, and by how much.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "output/run_record.h"

namespace verger {

// The stage that workers spent most of their time on: "fetch" when they waited for images. Had that
// stage taken no time, the run would have done at most images/s / (1 − its share).
nlohmann::json bottleneck_of(const PipelineRecord& pipeline);

}  // namespace verger
