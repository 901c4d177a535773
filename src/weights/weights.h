// Where the weights are: the search of `--weights`, and the download of the official file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verger/model.h"
#include "verger/status.h"

namespace verger {

// Keras' own cache, ~/.keras/models (or $KERAS_HOME/models).
std::string keras_cache_folder();

// The first that exists of: `weights` (--weights), $VERGER_WEIGHTS, the official files in the Keras
// cache. The first two must exist when they are given (kModel). Nothing found: nullopt.
Result<std::optional<std::string>> find_weights(const std::string& weights);

// find_weights(), else a download of the official file into the Keras cache. Offline: kModel, in
// one sentence with the file's name, its address and where to put it.
Result<std::string> find_or_fetch_weights(const std::string& weights);

// Downloads the official file (HTTPS) into `folder`: to a temporary name, its SHA-256 checked, then
// renamed. Returns its path.
Result<std::string> fetch_weights(const std::string& folder);

}  // namespace verger
