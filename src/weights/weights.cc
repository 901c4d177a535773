// SPDX-License-Identifier: Apache-2.0
#include "weights/weights.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/option_name.h"
#include "base/place.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/user_folders.h"
#include "storage/local_path.h"
#include "weights/download.h"

namespace verger {

namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// `place` was given by `giver`, so it must be there. Another place than a local one is the
// storage's to judge.
Result<std::string> given_weights(const std::string& place, const std::string& giver) {
  if (const std::string scheme = scheme_of(place); !scheme.empty() && scheme != "file") {
    return place;
  }
  const auto path = local_path(place);
  if (!path.ok()) return Status::model(path.error().message());
  if (is_file(*path)) return place;
  std::error_code ignored;
  const bool folder = fs::is_directory(*path, ignored);
  return Status::model("The weights '" + place + "' of " + giver +
                       (folder ? " are a folder, not a file." : " do not exist."));
}

std::string sha256_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 sha256;
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0) {
    sha256.update(std::string_view(buffer.data(), static_cast<std::size_t>(file.gcount())));
  }
  return sha256.finish();
}

}  // namespace

std::string keras_cache_folder() {
  const std::string keras = environment("KERAS_HOME");
  const fs::path root = keras.empty() ? fs::path(home_folder()) / ".keras" : fs::path(keras);
  return (root / "models").string();
}

Result<std::optional<std::string>> find_weights(const std::string& weights) {
  const std::array<std::pair<std::string, std::string>, 2> given = {
      {{weights, option_name("weights")}, {environment("VERGER_WEIGHTS"), "$VERGER_WEIGHTS"}}};
  for (const auto& [place, giver] : given) {
    if (place.empty()) continue;
    VERGER_RETURN_IF_ERROR(check_no_credential(place));
    VERGER_ASSIGN_OR_RETURN(auto path, given_weights(place, giver));
    return std::optional(std::move(path));
  }
  for (const OfficialWeights& official : official_weights()) {
    const fs::path path = fs::path(keras_cache_folder()) / official.file_name;
    if (is_file(path)) return std::optional(path.string());
  }
  return std::optional<std::string>();
}

std::string no_weights_message(const std::string& folder, const std::string& cause) {
  const OfficialWeights& official = official_weights().front();
  return "There are no weights, and " + cause + ": get " + std::string(official.file_name) +
         " from " + std::string(official.url) + " and put it into " + folder + ", or name it by " +
         option_name("weights") + ".";
}

Result<FetchedWeights> fetch_weights(const std::string& folder, const FetchWatch& watch) {
  const OfficialWeights& official = official_weights().front();
  const std::string path = (fs::path(folder) / official.file_name).string();
  if (is_file(path) && sha256_of_file(path) == official.sha256) return FetchedWeights{path, false};
  if (watch.on_download) watch.on_download(official);
  const Status status = download(official, folder, watch.cancel);
  if (status.ok()) return FetchedWeights{path, true};
  if (status.code() == StatusCode::kCancelled) {
    return Status::cancelled("Interrupted; nothing was left of the download.");
  }
  return Status::model(no_weights_message(folder, status.message()));
}

Result<std::string> find_or_fetch_weights(const std::string& weights, const FetchWatch& watch) {
  VERGER_ASSIGN_OR_RETURN(auto file, find_weights(weights));
  if (file) return *std::move(file);
  VERGER_ASSIGN_OR_RETURN(auto fetched, fetch_weights(keras_cache_folder(), watch));
  return std::move(fetched.path);
}

}  // namespace verger
