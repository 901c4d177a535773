// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "input/image_source.h"
#include "output/run_record.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Extracts a few images, evenly spaced in the list, by both networks and compares their features:
// cosine = a·b / (|a| |b|). Images that either rejects do not count. Their speeds are of a few
// inferences of each, by CPU time.
Result<RunRecord::PrecisionCheck> check_precision(const ImageSource& source, const Model& model,
                                                  const Model& reference,
                                                  const ImageOptions& options);

}  // namespace verger
