#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "metrics/exporter.h"

namespace verger {

namespace {

constexpr const char* kHost = "127.0.0.1";
constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";
constexpr int kSilenceSeconds = 10;  // a client that says nothing for so long is hung up on

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

void answer(evhttp_request* request, void* metrics) {
  const std::string text = static_cast<const RunMetrics*>(metrics)->text_with_process();
  evbuffer_add(evhttp_request_get_output_buffer(request), text.data(), text.size());
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", kContentType);
  evhttp_send_reply(request, HTTP_OK, nullptr, nullptr);
}

void stop(evutil_socket_t, short, void* base) {
  event_base_loopbreak(static_cast<event_base*>(base));
}

// libevent's objects belong to the thread that runs the loop, once it runs. Only the stopping
// descriptor is touched from outside.
class HttpExporter final : public MetricsExporter {
 public:
  explicit HttpExporter(const RunMetrics& metrics) {
    evhttp_set_timeout(server_.get(), kSilenceSeconds);
    evhttp_set_allowed_methods(server_.get(), EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    // The library calls back with the pointer that it was given; answer() only reads.
    evhttp_set_cb(server_.get(), "/metrics", answer, const_cast<RunMetrics*>(&metrics));
    event_add(stopping_.get(), nullptr);
  }

  ~HttpExporter() override {
    if (thread_.joinable()) {
      eventfd_write(stop_descriptor_, 1);
      thread_.join();
    }
    server_.reset();
    stopping_.reset();
    close(stop_descriptor_);
  }
  HttpExporter(const HttpExporter&) = delete;
  HttpExporter& operator=(const HttpExporter&) = delete;

  // False when the port is taken; errno says why.
  bool bind(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    evconnlistener* listener =
        evconnlistener_new_bind(loop_.get(), nullptr, nullptr,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                -1, reinterpret_cast<sockaddr*>(&address), sizeof address);
    return listener != nullptr && evhttp_bind_listener(server_.get(), listener) != nullptr;
  }

  void serve() {
    thread_ = std::thread([this] { event_base_dispatch(loop_.get()); });
  }

 private:
  Owned<event_base, event_base_free> loop_{event_base_new()};
  Owned<evhttp, evhttp_free> server_{evhttp_new(loop_.get())};
  int stop_descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Owned<event, event_free> stopping_{
      event_new(loop_.get(), stop_descriptor_, EV_READ, stop, loop_.get())};
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
