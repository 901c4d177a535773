#include <httplib.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "metrics/exporter.h"

namespace verger {

namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

// The library's own options would let two programs share a port.
void claim_port(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

class HttpExporter final : public MetricsExporter {
 public:
  explicit HttpExporter(const RunMetrics& metrics) {
    server_.set_socket_options(claim_port);
    server_.set_keep_alive_max_count(1);  // an idle connection would hold one of the threads
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    server_.Get("/metrics", [&metrics](const httplib::Request&, httplib::Response& response) {
      response.set_content(metrics.text_with_process(), kContentType);
    });
  }

  ~HttpExporter() override {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

  bool bind(int port) { return server_.bind_to_port(kHost, port); }

  void serve() {
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    // The server can be stopped only once it runs.
    while (!server_.is_running() && !ended_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  httplib::Server server_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MetricsExporter>> open_http_exporter(int port, const RunMetrics& metrics) {
  auto exporter = std::make_unique<HttpExporter>(metrics);
  errno = 0;
  if (!exporter->bind(port)) {
    const int error = errno;
    const std::string why = error == 0 ? "" : " (" + std::generic_category().message(error) + ")";
    return Status::invalid_argument("--metrics cannot listen on port " + std::to_string(port) +
                                    " of " + kHost + why + "; give another port, or a file.");
  }
  exporter->serve();
  return std::unique_ptr<MetricsExporter>(std::move(exporter));
}

}  // namespace verger
