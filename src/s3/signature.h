// SPDX-License-Identifier: Apache-2.0
// AWS' Signature Version 4, by which a request proves whose it is without its secret.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace verger {

struct Credentials {
  std::string key;  // "": sign nothing
  std::string secret;
  std::string token;  // a session has one; "" without
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;  // names in lower case

struct RequestToSign {
  std::string_view method;
  std::string_view path;      // percent-encoded, as it is sent
  std::string_view query;     // likewise, its parts sorted
  HeaderList headers;         // all of them are signed; host, x-amz-date, x-amz-content-sha256, …
  std::string_view sha256{};  // what the body hashes to, hexadecimal
};

// "20130524T000000Z", the header x-amz-date.
std::string amz_date(std::time_t time);

// The header "authorization" of a request to S3 at that time.
std::string authorization(const RequestToSign& request, const Credentials& credentials,
                          std::string_view region, std::string_view date);

}  // namespace verger
