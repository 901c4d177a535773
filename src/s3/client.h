// SPDX-License-Identifier: Apache-2.0
// What can be done with the objects of one bucket of S3.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "s3/answers.h"
#include "s3/transport.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// On what state of an object its replacement depends.
struct Precondition {
  enum class Kind { kNone, kAbsent, kVersion };
  Kind kind = Kind::kNone;
  std::string etag{};  // what kVersion compares with, quotes included
};

// One page of a listing: keys that begin with `prefix` and come behind `start_after`.
struct ListQuery {
  std::string prefix{};
  std::string delimiter{};    // "/": keys are put together up to the next one behind the prefix
  std::string start_after{};  // "": from the first one on
  int max_keys = 1000;
  std::string token{};  // the last page's `next`; "" for the first page
};

// Thread-safe. Failures are answers (s3_error.h makes a sentence of one).
class S3Client {
 public:
  static Result<std::shared_ptr<S3Client>> open(const std::string& bucket,
                                                const StorageOptions& options);

  // Bytes from `begin` on, as many as `out` has room for; not 0. Fewer are a failure. `total`, if
  // given, becomes the object's size, if the server tells it.
  S3Answer get(const std::string& key, int64_t begin, std::span<uint8_t> out,
               std::optional<int64_t>* total = nullptr);
  // The whole object.
  S3Answer get_all(const std::string& key, std::vector<uint8_t>& out);
  S3Answer head(const std::string& key);
  // The answer to a condition is never that of this very request: when an attempt came to nothing
  // and the next one finds the object there, what stands is compared with `body`.
  S3Answer put(const std::string& key, std::span<const uint8_t> body,
               const Precondition& condition = {});
  S3Answer remove(const std::string& key);
  // Keys come in any order; those of AWS in that of their bytes.
  Result<ListPage, S3Answer> list(const ListQuery& query);

  // An upload in parts of at least 5 MiB but for the last one, numbered from 1 on; nothing is seen
  // of it before it is completed.
  Result<std::string, S3Answer> begin_upload(const std::string& key);
  Result<std::string, S3Answer> put_part(const std::string& key, const std::string& upload,
                                         int number, std::span<const uint8_t> body);  // its ETag
  S3Answer complete_upload(const std::string& key, const std::string& upload,
                           const std::vector<std::string>& etags);
  void abort_upload(const std::string& key, const std::string& upload);

 private:
  explicit S3Client(std::unique_ptr<S3Transport> transport) : transport_(std::move(transport)) {}

  const std::unique_ptr<S3Transport> transport_;
};

}  // namespace verger
