// SPDX-License-Identifier: Apache-2.0
#include "s3/signature.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/encoding.h"
#include "base/sha256.h"

namespace verger {

namespace {

using Key = std::array<uint8_t, 32>;

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Key hmac(std::span<const uint8_t> key, std::string_view text) {
  Key digest{};
  const auto bytes = bytes_of(text);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
       digest.data(), nullptr);
  return digest;
}

}  // namespace

std::string amz_date(std::time_t time) {
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

std::string authorization(const RequestToSign& request, const Credentials& credentials,
                          std::string_view region, std::string_view date) {
  HeaderList headers = request.headers;
  std::ranges::sort(headers);
  std::string names;
  std::string canonical;
  canonical.append(request.method).append("\n").append(request.path).append("\n");
  canonical.append(request.query).append("\n");
  for (const auto& [name, value] : headers) {
    canonical.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  canonical.append("\n").append(names).append("\n").append(request.sha256);

  const std::string_view day = date.substr(0, 8);
  std::string scope(day);
  scope.append("/").append(region).append("/s3/aws4_request");
  std::string text = "AWS4-HMAC-SHA256\n";
  text.append(date).append("\n").append(scope).append("\n");
  text.append(sha256_hex(bytes_of(canonical)));

  Key key = hmac(bytes_of("AWS4" + credentials.secret), day);
  for (const std::string_view part :
       {region, std::string_view("s3"), std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }
  return "AWS4-HMAC-SHA256 Credential=" + credentials.key + '/' + scope +
         ",SignedHeaders=" + names + ",Signature=" + hex(hmac(key, text));
}

}  // namespace verger
