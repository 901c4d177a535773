// SPDX-License-Identifier: Apache-2.0
// HOST:PORT as people write it.
#pragma once

#include <string>
#include <string_view>

#include "verger/status.h"

namespace verger {

struct ListenPlace {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;

  // kInvalidArgument when `text` is no HOST:PORT; [ADDRESS]:PORT of IPv6.
  static Result<ListenPlace> parse(std::string_view text);
  std::string url(int bound_port) const;  // "http://127.0.0.1:8080/"
};

}  // namespace verger
