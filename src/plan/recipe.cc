#include "plan/recipe.h"

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "verger/version.h"

namespace verger {

std::string extraction_sha256(const ImageOptions& image, const ModelInfo& model) {
  const nlohmann::json recipe = {{"verger_version", kVersion},
                                 {"max_pixels", image.max_pixels},
                                 {"exif_orientation", image.exif_orientation},
                                 {"model", model.name},
                                 {"weights_sha256", model.weights_sha256},
                                 {"precision", precision_name(model.precision)}};
  Sha256 sha;
  sha.update(recipe.dump());
  return sha.finish();
}

}  // namespace verger
