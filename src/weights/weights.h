// SPDX-License-Identifier: Apache-2.0
// Where the weights are: the search of `--weights`, and the download of the official file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "verger/model.h"
#include "verger/status.h"

namespace verger {

// Keras' own cache, ~/.keras/models (or $KERAS_HOME/models).
std::string keras_cache_folder();

// The first that exists of: `weights` (--weights), $VERGER_WEIGHTS, the official files in the Keras
// cache. Whichever of the first two is given must be there (kModel). Nothing given and nothing in
// the cache: nullopt. The file is not opened; the place is returned as it was given.
Result<std::optional<std::string>> find_weights(const std::string& weights);

// The sentence for a run that has no weights: the file's name, its address, where to put it.
// `cause` says why it was not downloaded, and ends without a full stop.
std::string no_weights_message(const std::string& folder, const std::string& cause);

// What may be said and done during a download.
struct FetchWatch {
  const CancelToken* cancel = nullptr;                             // borrowed; may be null
  std::function<void(const OfficialWeights& file)> on_download{};  // called before it starts
};

// find_weights(), else a download of the official file into the Keras cache. Offline: kModel, with
// no_weights_message().
Result<std::string> find_or_fetch_weights(const std::string& weights, const FetchWatch& watch = {});

struct FetchedWeights {
  std::string path;
  bool downloaded = false;  // false: it was there, with the official SHA-256
};

// Sees to it that `folder` holds the official file, whole: a file of its name with another SHA-256
// is replaced. The download (HTTPS, with the certificate verified) goes to a temporary name and is
// renamed once its SHA-256 has been checked; no failure or cancellation leaves a part of it.
Result<FetchedWeights> fetch_weights(const std::string& folder, const FetchWatch& watch = {});

}  // namespace verger
