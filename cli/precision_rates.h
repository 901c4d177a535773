// SPDX-License-Identifier: Apache-2.0
// Whether a precision below f32 is worth its error on this processor.
#pragma once

#include <string>

#include "base/user_folders.h"
#include "verger/options.h"

namespace verger::cli {

// A sentence that says so when MobileNetV2 is slower in this precision than in f32 here; "" when it
// is not, and when the processor lacks it. Some processors have instructions of bfloat16 that do
// half of what their float32 ones do.
//
// The rates of both are measured once, in some milliseconds, and kept in processor.json in `cache`
// beside the processor's name; "" is nowhere. A cache that cannot be read or written, or is of
// another processor, is passed over.
std::string slower_than_f32(Precision precision, const std::string& cache = cache_folder());

}  // namespace verger::cli
