// SPDX-License-Identifier: Apache-2.0
#include "plan/recipe.h"

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "verger/version.h"

namespace verger {

namespace {

// What of the engine decides bits: verger's own computes f32 alike with every instruction set,
// whose name follows the comma.
std::string arithmetic(const ModelInfo& model) {
  const bool any_set = model.precision == Precision::kF32;
  return any_set ? model.engine.substr(0, model.engine.find(',')) : model.engine;
}

}  // namespace

std::string extraction_sha256(const ImageOptions& image, const ModelInfo& model) {
  const nlohmann::json recipe = {{"verger_version", kVersion},
                                 {"max_pixels", image.max_pixels},
                                 {"exif_orientation", image.exif_orientation},
                                 {"fast_decode", image.fast_decode},
                                 {"model", model.name},
                                 {"engine", arithmetic(model)},
                                 {"weights_sha256", model.weights_sha256},
                                 {"precision", precision_name(model.precision)}};
  Sha256 sha;
  sha.update(recipe.dump());
  return sha.finish();
}

}  // namespace verger
