// SPDX-License-Identifier: Apache-2.0
// The identity of an extraction: shards of the same recipe and images are interchangeable.
#pragma once

#include <string>

#include "verger/model.h"
#include "verger/options.h"

namespace verger {

// The hash of everything that decides an image's features, the program's version included.
std::string extraction_sha256(const ImageOptions& image, const ModelInfo& model);

}  // namespace verger
