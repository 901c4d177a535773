// SPDX-License-Identifier: Apache-2.0
// Clients of a scripted server, and what the tests of both say to each other.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "s3/client.h"
#include "s3/scripted_server.h"
#include "verger/options.h"

namespace verger {

inline std::shared_ptr<S3Client> client_of(const ScriptedServer& server, int retries = 0,
                                           StorageOptions options = {}) {
  options.s3_endpoint = server.url();
  options.s3_anonymous = true;
  options.retries = retries;
  return S3Client::open("bucket", options).value();
}

// Signed, by credentials of the environment.
inline std::shared_ptr<S3Client> signing_client(const ScriptedServer& server,
                                                StorageOptions options = {}) {
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  options.s3_endpoint = server.url();
  options.retries = 0;
  return S3Client::open("bucket", options).value();
}

inline std::string part(const std::string& range, const std::string& bytes) {
  return http_response("206 Partial Content", "content-range: bytes " + range + "\r\n", bytes);
}

inline S3Answer get(S3Client& client, std::size_t bytes, int64_t begin = 0) {
  std::vector<uint8_t> out(bytes);
  return client.get("key", begin, out);
}

inline std::string first_line(const std::string& request) {
  return request.substr(0, request.find("\r"));
}

}  // namespace verger
