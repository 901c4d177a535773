// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/exposition.h"

namespace verger {

// What every exporter tells of its own process: process_cpu_seconds_total and the like.
void add_process_metrics(Exposition& exposition);

}  // namespace verger
