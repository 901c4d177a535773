// SPDX-License-Identifier: Apache-2.0
// A request by HTTP/1.1 and its answer, on one connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "s3/connection.h"
#include "s3/signature.h"
#include "verger/status.h"

namespace verger {

struct HttpRequest {
  std::string method;
  std::string target;  // as it is sent
  HeaderList headers;  // without content-length
  std::span<const uint8_t> body{};
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers{};  // names in lower case
  std::string body{};        // all of it, or what did not go into the caller's memory
  std::size_t received = 0;  // bytes in `bytes` of the caller
  bool goes_on = false;      // another request may be sent on the same connection
  bool resent = false;       // the request had been sent before, on another connection

  std::string header(std::string_view name) const;  // "" without it
};

// Where the body of an answer goes.
struct BodyPlace {
  std::span<uint8_t> bytes{};           // takes the body of status 206 or 200, if this is not empty
  std::vector<uint8_t>* all = nullptr;  // takes that of status 200, whatever its length
  std::size_t most = std::size_t{1} << 20;  // bytes of any other; more is a fault
};

// Sends a request and reads its whole answer. A fault when that is not HTTP, longer than it may be,
// or ends before its end.
Result<HttpAnswer, Fault> exchange(Connection& connection, const HttpRequest& request,
                                   const BodyPlace& place, const Interrupt& interrupt);

}  // namespace verger
