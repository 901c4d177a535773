// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <utility>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "metrics/exporter.h"
#include "web/server.h"

namespace verger {

namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr WebLimits kLimits{.connections = 64, .body = 1024, .head_time = std::chrono::seconds(10)};

class HttpExporter final : public MetricsExporter, private WebHandler {
 public:
  explicit HttpExporter(const RunMetrics& metrics) : metrics_(metrics) {}

  Status serve(int port) {
    VERGER_ASSIGN_OR_RETURN(server_, WebServer::open(kHost, port, *this, kLimits));
    server_->start();
    return {};
  }

 private:
  std::optional<WebReply> refuse(const WebRequest& head) override {
    if (head.path != "/metrics") return error_reply(404, "Only /metrics is here.");
    if (head.method != "GET" && head.method != "HEAD") return error_reply(405, "Use GET.");
    return std::nullopt;
  }
  void answer(WebRequest /*request*/, Done done) override {
    done({.content_type = std::string(Exposition::kContentType),
          .body = metrics_.text_with_process()});
  }
  void replied(const WebRequest& /*request*/, int /*status*/) override {}

  const RunMetrics& metrics_;
  std::unique_ptr<WebServer> server_;
};

}  // namespace

Result<std::unique_ptr<MetricsExporter>> open_http_exporter(int port, const RunMetrics& metrics) {
  auto exporter = std::make_unique<HttpExporter>(metrics);
  if (const Status status = exporter->serve(port); !status.ok()) {
    return Status::invalid_argument(option_name("metrics") + " cannot listen on port " +
                                    format_name(port) + " of " + kHost + " (" + status.message() +
                                    "); give another port, or a file.");
  }
  return std::unique_ptr<MetricsExporter>(std::move(exporter));
}

}  // namespace verger
