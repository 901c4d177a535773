// SPDX-License-Identifier: Apache-2.0
// Requests to one bucket of S3: addressed, signed, sent, and tried again.
//
// Each is signed by Signature Version 4, its body included, and tried again as `retries` says when
// the network failed, when the server was busy, or when an answer came short or damaged. Where a
// server says that the bucket is in another region, or that this machine's clock is off, the
// request is signed anew for that.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "s3/connection.h"
#include "s3/credentials.h"
#include "s3/http.h"
#include "s3/s3_answer.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct S3Request {
  std::string method;
  std::string key;
  HeaderList query{};
  HeaderList headers{};
  std::span<const uint8_t> body{};
  BodyPlace place{};
  // Turns a good answer that does not hold what was asked for into a failure, by fail().
  std::function<void(S3Answer&)> check{};
};

// Thread-safe. Keeps connections open for the next requests.
class S3Transport {
 public:
  // `options`: with what they leave open taken from the environment (s3_place.h). Asks no server
  // but those that credentials come from.
  static Result<std::unique_ptr<S3Transport>> open(const std::string& bucket,
                                                   const StorageOptions& options);

  S3Answer request(const S3Request& request);

 private:
  struct Place {
    Route route{};
    std::string host{};  // the header, and of virtual addressing with the bucket
    std::string path{};  // before the key
    std::string region{};
  };

  S3Transport(std::string bucket, StorageOptions options)
      : bucket_(std::move(bucket)), options_(std::move(options)) {}
  Status set_up();
  Place place() const;
  bool is_virtual(bool aws) const;
  S3Answer attempt(const S3Request& request, const Interrupt& interrupt);
  Result<HttpAnswer, Fault> transfer(const Place& place, const HttpRequest& http,
                                     const BodyPlace& body, const Interrupt& interrupt);
  HttpRequest to_http(const Place& place, const S3Request& request) const;
  bool learn(const S3Answer& answer);
  std::unique_ptr<Connection> idle_connection(const std::string& host);
  void keep(const std::string& host, std::unique_ptr<Connection> connection);

  const std::string bucket_;
  const StorageOptions options_;
  std::shared_ptr<CredentialSource> credentials_;
  std::shared_ptr<SSL_CTX> authorities_;
  std::optional<Proxy> proxy_;
  std::atomic<int64_t> clock_ahead_ = 0;  // seconds, of the server's before this machine's

  mutable std::mutex mutex_;  // guards what follows
  std::string region_;
  std::string idle_host_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

// From here on reads that wait for a server end as soon as it is cancelled; borrowed until
// close_s3(), null for none. Not while reads are under way.
void interrupt_s3_reads(const CancelToken* cancel);

// Gives back what the process holds for S3. Once, when no client is left; none can be opened
// afterwards.
void close_s3();

}  // namespace verger
