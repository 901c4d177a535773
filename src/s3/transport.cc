// SPDX-License-Identifier: Apache-2.0
#include "s3/transport.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <thread>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "s3/answers.h"
#include "s3/aws_profile.h"
#include "s3/backoff.h"
#include "s3/network.h"
#include "s3/percent.h"

namespace verger {

namespace {

constexpr std::string_view kAmazon = "amazonaws.com";
constexpr std::size_t kMostIdle = 128;  // connections kept open
constexpr int kMostCorrections = 2;     // how often a request's region and clock are set right
constexpr auto kPausePiece = std::chrono::milliseconds(200);

std::atomic<const CancelToken*> interrupt_token = nullptr;

bool reads_are_interrupted() {
  const CancelToken* token = interrupt_token;
  return token != nullptr && token->cancelled();
}

// False when it was interrupted.
bool pause(std::chrono::milliseconds time, const Interrupt& interrupt) {
  for (; time.count() > 0; time -= kPausePiece) {
    if (interrupt && interrupt()) return false;
    std::this_thread::sleep_for(std::min(time, kPausePiece));
  }
  return true;
}

// A connection that breaks is an error, not the end of the program.
void ignore_broken_pipes() {
  struct sigaction now{};
  if (sigaction(SIGPIPE, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
  now.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &now, nullptr);
}

bool is_host_label(const std::string& bucket) {
  return std::ranges::all_of(
      bucket, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string amazon_host(const std::string& region) {
  const std::string host = "s3." + region + '.' + std::string(kAmazon);
  return region.starts_with("cn-") ? host + ".cn" : host;
}

std::string query_text(HeaderList query) {
  std::ranges::sort(query);
  std::string text;
  for (const auto& [name, value] : query) {
    text += (text.empty() ? "" : "&") + name + '=' + percent_encode(value);
  }
  return text;
}

}  // namespace

void interrupt_s3_reads(const CancelToken* cancel) { interrupt_token = cancel; }

void close_s3() {
  interrupt_s3_reads(nullptr);
  close_credentials();
}

Result<std::unique_ptr<S3Transport>> S3Transport::open(const std::string& bucket,
                                                       const StorageOptions& options) {
  ignore_broken_pipes();
  std::unique_ptr<S3Transport> transport(new S3Transport(bucket, options));
  VERGER_RETURN_IF_ERROR(transport->set_up());
  return transport;
}

Status S3Transport::set_up() {
  region_ = options_.s3_region.empty() ? "us-east-1" : options_.s3_region;
  if (!is_host_label(region_)) {
    return Status::invalid_argument("A region of S3 has a name such as eu-west-3, not '" + region_ +
                                    "'.");
  }
  const Place there = place();
  if (there.route.tls) {
    const auto profile = AwsProfile::load();
    const std::string named = profile.ok() ? profile->value("ca_bundle") : "";
    VERGER_ASSIGN_OR_RETURN(const std::string file, certificate_file(named));
    VERGER_ASSIGN_OR_RETURN(authorities_, trusted_authorities(file));
  }
  const std::string proxy = proxy_for(there.route.tls ? "https" : "http", there.route.server.host);
  if (!proxy.empty()) {
    VERGER_ASSIGN_OR_RETURN(proxy_, parse_proxy(proxy));
  }
  credentials_ = no_credentials();
  if (!options_.s3_anonymous) {
    VERGER_ASSIGN_OR_RETURN(credentials_, default_credentials());
  }
  return {};
}

// A certificate of "*.s3.region.amazonaws.com" is none of a bucket with a dot in its name.
bool S3Transport::is_virtual(bool aws) const {
  if (!options_.s3_addressing.empty()) return options_.s3_addressing == "virtual";
  return aws && is_host_label(bucket_);
}

S3Transport::Place S3Transport::place() const {
  Place place;
  {
    const std::lock_guard lock(mutex_);
    place.region = region_;
  }
  std::string endpoint = options_.s3_endpoint;
  const bool aws = endpoint.empty();
  if (aws) endpoint = "https://" + amazon_host(place.region);
  const std::size_t host = endpoint.find("://") + 3;
  place.route.tls = endpoint.starts_with("https");
  place.route.authorities = authorities_;
  place.route.proxy = proxy_;
  place.host = endpoint.substr(host);
  const bool by_host = is_virtual(aws);
  if (by_host) place.host = bucket_ + '.' + place.host;
  if (!by_host) place.path = '/' + percent_encode(bucket_);
  const std::string port = place.route.tls ? "443" : "80";
  place.route.server = HostPort::parse(place.host, port);
  // The port that goes without saying is not said: servers sign what they hear.
  if (place.host.ends_with(':' + port)) place.host.resize(place.host.size() - port.size() - 1);
  return place;
}

HttpRequest S3Transport::to_http(const Place& place, const S3Request& request) const {
  HttpRequest http{.method = request.method, .target = "", .headers = {}, .body = request.body};
  const std::string path = place.path + '/' + percent_encode(request.key, "/");
  const std::string query = query_text(request.query);
  http.headers = {{"host", place.host}};
  if (options_.s3_requester_pays) http.headers.emplace_back("x-amz-request-payer", "requester");
  const Credentials credentials = credentials_->get();
  if (!credentials.key.empty()) {
    const std::string date = amz_date(std::time(nullptr) + clock_ahead_);
    const std::string sha256 = sha256_hex(request.body);
    http.headers.emplace_back("x-amz-content-sha256", sha256);
    http.headers.emplace_back("x-amz-date", date);
    if (!credentials.token.empty()) {
      http.headers.emplace_back("x-amz-security-token", credentials.token);
    }
    const RequestToSign signed_part{.method = http.method,
                                    .path = path,
                                    .query = query,
                                    .headers = http.headers,
                                    .sha256 = sha256};
    http.headers.emplace_back("authorization",
                              authorization(signed_part, credentials, place.region, date));
  }
  http.headers.insert(http.headers.end(), request.headers.begin(), request.headers.end());
  http.headers.emplace_back("user-agent", "verger");
  http.target = query.empty() ? path : path + '?' + query;
  if (proxy_ && !place.route.tls) {
    http.target.insert(0, "http://" + place.host);
    if (!proxy_->authorization.empty()) {
      http.headers.emplace_back("proxy-authorization", proxy_->authorization);
    }
  }
  return http;
}

std::unique_ptr<Connection> S3Transport::idle_connection(const std::string& host) {
  const std::lock_guard lock(mutex_);
  if (idle_host_ != host || idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void S3Transport::keep(const std::string& host, std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> closed;  // without the lock
  const std::lock_guard lock(mutex_);
  if (idle_host_ != host) {
    closed.swap(idle_);
    idle_host_ = host;
  }
  if (idle_.size() < kMostIdle) idle_.push_back(std::move(connection));
}

Result<HttpAnswer, Fault> S3Transport::transfer(const Place& place, const HttpRequest& http,
                                                const BodyPlace& body, const Interrupt& interrupt) {
  std::unique_ptr<Connection> connection = idle_connection(place.host);
  bool resent = false;
  while (true) {
    const bool fresh = connection == nullptr;
    if (fresh) {
      auto opened = Connection::open(place.route, interrupt);
      if (!opened.ok()) return std::move(opened).error();
      connection = *std::move(opened);
    }
    auto answer = exchange(*connection, http, body, interrupt);
    if (answer.ok()) {
      answer->resent = resent;
      if (answer->goes_on) keep(place.host, std::move(connection));
      return answer;
    }
    // Servers end connections that were idle for long, perhaps at this moment.
    if (fresh || !answer.error().unanswered || answer.error().cancelled) return answer;
    connection.reset();
    resent = true;
  }
}

S3Answer S3Transport::attempt(const S3Request& request, const Interrupt& interrupt) {
  const Place there = place();
  const HttpRequest http = to_http(there, request);
  auto came = transfer(there, http, request.place, interrupt);
  if (!came.ok()) return answer_of(std::move(came).error());
  S3Answer answer = answer_of(*std::move(came), there.region);
  if (answer.ok() && request.check) request.check(answer);
  return answer;
}

// What a failure tells of the bucket's region and of the server's clock. True when that is new: the
// request may succeed by it.
bool S3Transport::learn(const S3Answer& answer) {
  if (answer.code == "RequestTimeTooSkewed") {
    const auto server = parse_http_time(answer.http.header("date"));
    if (!server) return false;
    clock_ahead_ = *server / 1'000'000'000 - std::time(nullptr);
    return true;
  }
  const bool elsewhere = answer.status == 301 || answer.status == 307 || answer.status == 400;
  if (!elsewhere || answer.region.empty() || !is_host_label(answer.region)) return false;
  const std::lock_guard lock(mutex_);
  region_ = answer.region;
  return true;
}

S3Answer S3Transport::request(const S3Request& request) {
  const bool reads = request.method == "GET";
  const Interrupt interrupt = reads ? Interrupt(reads_are_interrupted) : Interrupt();
  int corrections = 0;
  for (int retry = 0;; ++retry) {
    S3Answer answer = attempt(request, interrupt);
    answer.attempts = retry + (answer.http.resent ? 2 : 1);
    answer.paid = options_.s3_requester_pays;
    if (answer.ok() || answer.cancelled) return answer;
    if (corrections < kMostCorrections && learn(answer)) {
      ++corrections;
      --retry;
      continue;
    }
    if (!answer.may_pass || retry >= options_.retries) return answer;
    if (!pause(pause_before(retry), interrupt)) {
      answer.cancelled = true;
      return answer;
    }
  }
}

}  // namespace verger
