// SPDX-License-Identifier: Apache-2.0
#include "base/place.h"

#include <algorithm>
#include <string>

namespace verger {

Status check_no_credential(std::string_view place) {
  const std::size_t colon = place.find("://");
  if (colon == place.npos || place.substr(0, colon).find('/') != place.npos) return {};
  const std::string_view scheme = place.substr(0, colon);
  const std::string_view rest = place.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  // Behind a colon is a port, or the first half of a secret that holds a slash.
  const std::size_t port = authority.find(':');
  const bool is_port =
      port != authority.npos && !scheme.starts_with("s3") &&
      std::ranges::all_of(authority.substr(port + 1), [](char c) { return c >= '0' && c <= '9'; });
  if (authority.find('@') == authority.npos && (port == authority.npos || is_port)) return {};
  return Status::invalid_argument(
      "A place of " + std::string(scheme) +
      ":// was given with a user, a key or a password in it, which is not repeated here; leave it "
      "out, and give credentials as AWS' own tools take them (AWS_PROFILE, AWS_ACCESS_KEY_ID and "
      "AWS_SECRET_ACCESS_KEY).");
}

std::string place_below(std::string_view place, std::string_view name) {
  std::string text(place);
  if (!name.empty() && !place.empty() && !place.ends_with('/')) text += '/';
  return text.append(name);
}

std::string written_place(std::string_view recorded) {
  constexpr std::string_view kFile = "file:";
  const bool local = recorded.starts_with("file:/") && !recorded.starts_with("file://");
  return std::string(local ? recorded.substr(kFile.size()) : recorded);
}

}  // namespace verger
