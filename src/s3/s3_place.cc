// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_place.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "s3/aws_profile.h"
#include "s3/network.h"

namespace verger {

namespace {

constexpr std::string_view kSchemes[] = {"s3://", "s3a://"};
constexpr const char* kIgnoreEndpoints = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

Result<S3Place> parse_s3_place(const std::string& place) {
  const auto* const scheme = std::ranges::find_if(
      kSchemes, [&](std::string_view known) { return place.starts_with(known); });
  const std::string path = scheme == std::end(kSchemes) ? "" : place.substr(scheme->size());
  const std::size_t slash = std::min(path.find('/'), path.size());
  S3Place parsed{.bucket = path.substr(0, slash), .key = ""};
  if (parsed.bucket.empty()) {
    return Status::invalid_argument("'" + place + "' names no bucket; write s3://BUCKET/KEY.");
  }
  if (slash < path.size()) parsed.key = path.substr(slash + 1);
  if (parsed.key.ends_with('/')) parsed.key.pop_back();
  return parsed;
}

Result<StorageOptions> with_environment(StorageOptions options) {
  auto loaded = AwsProfile::load();
  if (!loaded.ok() && !options.s3_anonymous) return loaded.error();
  const AwsProfile profile = loaded.ok() ? *std::move(loaded) : AwsProfile();
  if (options.s3_endpoint.empty() && lower(first_variable({kIgnoreEndpoints})) != "true") {
    options.s3_endpoint = first_variable({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
    if (options.s3_endpoint.empty()) options.s3_endpoint = profile.s3_endpoint();
    if (options.s3_endpoint.ends_with('/')) options.s3_endpoint.pop_back();
    if (!options.validate().ok()) {
      return Status::invalid_argument(
          "AWS_ENDPOINT_URL, or endpoint_url of the profile, must be http(s)://HOST or "
          "http(s)://HOST:PORT and nothing more.");
    }
  }
  if (options.s3_region.empty())
    options.s3_region = first_variable({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (options.s3_region.empty()) options.s3_region = profile.value("region");
  return options;
}

}  // namespace verger
