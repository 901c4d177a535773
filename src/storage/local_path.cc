// SPDX-License-Identifier: Apache-2.0
#include "storage/local_path.h"

#include <arrow/util/uri.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/status_macros.h"
#include "s3/percent.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr std::string_view kFileUri = "file://";

Result<std::string> path_of_uri(const std::string& uri) {
  const std::size_t slash = uri.find('/', kFileUri.size());
  const std::string host = uri.substr(kFileUri.size(), slash - kFileUri.size());
  if (slash == std::string::npos || !(host.empty() || host == "localhost")) {
    return Status::invalid_argument("'" + uri + "' names the host '" + host +
                                    "'; a file on this machine is file:///path.");
  }
  std::string path = arrow::util::UriUnescape(std::string_view(uri).substr(slash));
  if (path.find('\0') != std::string::npos) {
    return Status::invalid_argument("'" + uri + "' is not a valid path: it holds a NUL byte.");
  }
  return path;
}

}  // namespace

std::string scheme_of(const std::string& place) {
  const std::size_t colon = place.find("://");
  if (colon == std::string::npos) return "";
  std::string scheme = place.substr(0, colon);
  return arrow::util::IsValidUriScheme(scheme) ? scheme : "";
}

Result<std::string> local_path(const std::string& place) {
  std::string path = place;
  if (place.starts_with(kFileUri)) {
    VERGER_ASSIGN_OR_RETURN(path, path_of_uri(place));
  } else if (place.starts_with("file:/")) {
    path = place.substr(std::string_view("file:").size());
  }
  if (path.empty()) return Status::invalid_argument("An empty path was given; '.' is this folder.");
  if (path.front() != '/') {
    std::error_code error;
    const auto here = std::filesystem::current_path(error);
    if (error) return io_error("find the current folder of", path, error.value());
    path = (here / path).string();
  }
  path = std::filesystem::path(path).lexically_normal().string();
  if (path.starts_with("//")) path.erase(0, 1);
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string uri_of(const std::string& shown) {
  constexpr std::string_view kFile = "file:";
  if (!shown.starts_with(kFile)) return shown;
  return std::string(kFileUri) + percent_encode(shown.substr(kFile.size()), "/");
}

}  // namespace verger
