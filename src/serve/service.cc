// SPDX-License-Identifier: Apache-2.0
#include "serve/service.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/option_name.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "metrics/exposition.h"
#include "metrics/process_metrics.h"
#include "serve/answer_pool.h"
#include "serve/assets.h"
#include "serve/listen_place.h"
#include "serve/replies.h"
#include "serve/serve_metrics.h"
#include "web/form.h"

namespace verger {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kJson = "application/json";
constexpr std::size_t kMostPhotographs = 32;                 // that one request carries
constexpr std::string_view kThumbnails = "/v1/thumbnails/";  // RESULT/ROW

enum class Subject { kPage, kScript, kStyle, kHealth, kMetrics, kSimilar, kThumbnail, kNone };

struct Route {
  std::string_view path;
  std::string_view name;  // in the metrics
  Subject subject;
  bool secret;  // asks for the token, if there is one
};
constexpr std::array kRoutes = {
    Route{"/", "page", Subject::kPage, false},
    Route{"/page.js", "page", Subject::kScript, false},
    Route{"/page.css", "page", Subject::kStyle, false},
    Route{"/healthz", "healthz", Subject::kHealth, false},
    Route{"/metrics", "metrics", Subject::kMetrics, true},
    Route{"/v1/similar", "similar", Subject::kSimilar, true},
};
constexpr Route kThumbnail{kThumbnails, "thumbnail", Subject::kThumbnail, true};
constexpr Route kNowhere{"", "none", Subject::kNone, true};

// Whatever a client asks for is compared with these; no part of a path ever reaches a file.
const Route& route_of(const std::string& path) {
  for (const Route& route : kRoutes) {
    if (path == route.path) return route;
  }
  return path.starts_with(kThumbnails) ? kThumbnail : kNowhere;
}

std::string sha256_of(std::string_view text) {
  return sha256_hex({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

WebReply page_reply(std::string_view content_type, std::string_view body) {
  return {
      .content_type = std::string(content_type),
      .body = std::string(body),
      .headers = {{"Content-Security-Policy",
                   "default-src 'none'; script-src 'self'; style-src 'self'; "
                   "connect-src 'self'; img-src blob: data:; base-uri 'none'; form-action 'none'; "
                   "frame-ancestors 'none'"},
                  {"Referrer-Policy", "no-referrer"},
                  {"Cache-Control", "no-cache"}}};
}

WebReply busy_reply() {
  WebReply reply = error_reply(503, "All threads are busy and the queue is full; try again.");
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

// "neighbors=5" is all that a request may say behind its '?'.
Result<int> neighbors_of(std::string_view query, int usual) {
  constexpr std::string_view kName = "neighbors=";
  if (query.empty()) return usual;
  const auto number =
      query.starts_with(kName) ? whole_number(query.substr(kName.size())) : std::nullopt;
  if (number && *number >= 1 && *number <= kMostNeighbors) return static_cast<int>(*number);
  return Status::invalid_argument("Only ?neighbors=N, from 1 to " + format_count(kMostNeighbors) +
                                  ", may be asked for.");
}

}  // namespace

class Service::Routes final : public WebHandler {
 public:
  Routes(const ServeOptions& options, const CurrentResult& results)
      : options_(options),
        results_(results),
        token_sha256_(sha256_of("Bearer " + options.token)),
        pool_(options.threads, static_cast<std::size_t>(options.queue)) {}

  ~Routes() override {
    if (server_) server_->stop();
  }
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  Status listen() {
    VERGER_ASSIGN_OR_RETURN(place_, ListenPlace::parse(options_.listen));
    const WebLimits limits{
        .body = static_cast<std::size_t>(options_.max_body),
        .bodies = std::max<std::size_t>(WebLimits{}.bodies,
                                        2 * static_cast<std::size_t>(options_.max_body))};
    auto server = WebServer::open(place_.host, place_.port, *this, limits);
    if (!server.ok()) {
      return Status::invalid_argument(option_name("listen") + " cannot listen on " +
                                      options_.listen + " (" + server.error().message() +
                                      "); give another HOST:PORT.");
    }
    server_ = *std::move(server);
    server_->start();
    return {};
  }

  std::string address() const { return place_.url(server_->port()); }
  void stop() { server_->stop(); }

 private:
  std::optional<WebReply> refuse(const WebRequest& head) override {
    const Route& route = route_of(head.path);
    if (route.secret && !is_allowed(head.authorization)) {
      WebReply reply = error_reply(401, "This service asks for a token.");
      reply.headers.emplace_back("WWW-Authenticate", "Bearer");
      return reply;
    }
    if (route.subject == Subject::kNone) return error_reply(404, "There is nothing here.");
    const bool posted = route.subject == Subject::kSimilar;
    if (posted ? head.method != "POST" : head.method != "GET" && head.method != "HEAD") {
      WebReply reply = error_reply(405, posted ? "POST a photograph." : "Use GET.");
      reply.headers.emplace_back("Allow", posted ? "POST" : "GET, HEAD");
      return reply;
    }
    if (posted && pool_.is_full()) return busy_reply();
    return std::nullopt;
  }

  void answer(WebRequest request, Done done) override {
    switch (route_of(request.path).subject) {
      case Subject::kPage:
        return done(page_reply("text/html; charset=utf-8", serve_page()));
      case Subject::kScript:
        return done(page_reply("text/javascript; charset=utf-8", serve_script()));
      case Subject::kStyle:
        return done(page_reply("text/css; charset=utf-8", serve_style()));
      case Subject::kHealth:
        return done(health());
      case Subject::kMetrics:
        return done(
            {.content_type = std::string(Exposition::kContentType), .body = metrics_text()});
      case Subject::kSimilar:
        return answer_similar(std::move(request), std::move(done));
      case Subject::kThumbnail:
        return answer_thumbnail(std::move(request), std::move(done));
      case Subject::kNone:
        break;
    }
    done(error_reply(404, "There is nothing here."));
  }

  void replied(const WebRequest& request, int status) override {
    metrics_.replied(route_of(request.path).name, status);
  }

  // In a time that does not tell how much of the token was right.
  bool is_allowed(const std::string& authorization) const {
    if (options_.token.empty()) return true;
    const std::string shown = sha256_of(authorization);
    return CRYPTO_memcmp(shown.data(), token_sha256_.data(), shown.size()) == 0;
  }

  WebReply health() const {
    const auto result = results_.now();
    const json document = {{"status", "ok"},
                           {"result", result->searcher.searched().name()},
                           {"rows", result->searcher.table().size()},
                           {"untrained", result->searcher.searched().run.untrained()}};
    return {.content_type = kJson,
            .body = json_text(document) + '\n',
            .headers = {{"Cache-Control", "no-store"}}};
  }

  void answer_similar(WebRequest request, Done done) {
    const auto start = Clock::now();
    const auto neighbors = neighbors_of(request.query, options_.neighbors);
    if (!neighbors.ok()) return done(error_reply(400, neighbors.error().message()));
    // Shared, as what std::function holds must be copyable; `photographs` lie in it.
    const auto body = std::make_shared<const std::vector<uint8_t>>(std::move(request.body));
    const auto files = find_files(request.content_type, *body, kMostPhotographs);
    if (!files.ok()) return done(error_reply(400, files.error().message()));
    std::vector<Photograph> photographs;
    for (const WebFile& file : *files) photographs.push_back({file.name, file.bytes});
    const bool taken = pool_.offer(
        [this, start, body, done, neighbors = *neighbors, photographs = std::move(photographs)] {
          WebReply reply = similar_reply(*results_.now(), photographs, neighbors, metrics_);
          metrics_.answered(Clock::now() - start);
          done(std::move(reply));
        });
    if (!taken) done(busy_reply());
  }

  void answer_thumbnail(WebRequest request, Done done) {
    const bool taken = pool_.offer([this, path = std::move(request.path), done] {
      const std::string_view place = std::string_view(path).substr(kThumbnails.size());
      done(thumbnail_reply(*results_.now(), place));
    });
    if (!taken) done(busy_reply());
  }

  std::string metrics_text() const {
    constexpr auto kGauge = MetricType::kGauge;
    Exposition exposition;
    metrics_.add_to(exposition);
    exposition.single("verger_serve_connections", kGauge, "Connections that are open.",
                      static_cast<double>(server_->connections()));
    exposition.single("verger_serve_queue_length", kGauge, "Requests that wait for a thread.",
                      static_cast<double>(pool_.waiting()));
    exposition.single("verger_serve_rows", kGauge, "Rows of the result that is served.",
                      static_cast<double>(results_.now()->searcher.table().size()));
    exposition.family("verger_serve_results_total", MetricType::kCounter,
                      "Changes of the result, by what became of them.");
    exposition.sample({{"outcome", "taken"}}, static_cast<double>(results_.taken_over()));
    exposition.sample({{"outcome", "refused"}}, static_cast<double>(results_.refused()));
    add_process_metrics(exposition);
    return exposition.text();
  }

  const ServeOptions options_;
  const CurrentResult& results_;
  const std::string token_sha256_;  // what the header that holds it hashes to
  ServeMetrics metrics_;
  ListenPlace place_;
  // The pool, whose jobs hold what they answer to, ends before the server does.
  std::unique_ptr<WebServer> server_;
  AnswerPool pool_;
};

Status ServeOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_number(kServedNeighbors, neighbors));
  VERGER_RETURN_IF_ERROR(check_number(kMaxServedPixels, static_cast<double>(max_pixels)));
  VERGER_RETURN_IF_ERROR(check_number(kMaxBody, static_cast<double>(max_body)));
  VERGER_RETURN_IF_ERROR(check_number(kQueue, queue));
  if (const auto place = ListenPlace::parse(listen); !place.ok()) return place.error();
  return {};
}

Service::Service(std::unique_ptr<Routes> routes) : routes_(std::move(routes)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(const ServeOptions& options,
                                                const CurrentResult& results) {
  VERGER_RETURN_IF_ERROR(options.validate());
  auto routes = std::make_unique<Routes>(options, results);
  VERGER_RETURN_IF_ERROR(routes->listen());
  return std::unique_ptr<Service>(new Service(std::move(routes)));
}

std::string Service::address() const { return routes_->address(); }
void Service::stop() { routes_->stop(); }

}  // namespace verger
