// SPDX-License-Identifier: Apache-2.0
#include "serve/listen_place.h"
#include "base/numbers.h"
#include "base/option_name.h"

namespace verger {

namespace {

constexpr int kLastPort = 65535;

}  // namespace

Result<ListenPlace> ListenPlace::parse(std::string_view text) {
  const auto refused = [&] {
    return Status::invalid_argument(option_name("listen") +
                                    " must be HOST:PORT, such as 127.0.0.1:8080, not '" +
                                    std::string(text) + "'.");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return refused();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  ListenPlace place;
  const auto port = whole_number(digits);
  if (!port || *port > kLastPort) return refused();
  place.port = static_cast<int>(*port);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != host.npos) return refused();
  place.host = host;
  return place;
}

std::string ListenPlace::url(int bound_port) const {
  const bool v6 = host.find(':') != host.npos;
  return "http://" + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(bound_port) + '/';
}

}  // namespace verger
