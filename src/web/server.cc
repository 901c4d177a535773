// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <unordered_set>

#include "web/session.h"

namespace verger {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kPause{100};  // when the system has no descriptor to spare

}  // namespace

// All but open(), stop() and the destructor is of the loop's thread.
class WebServer::Core final : public WebShared {
 public:
  Core(WebHandler& to, const WebLimits& given) : WebShared(to, given) {}
  ~Core() { halt(); }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Error listen(const std::string& host, int port) {
    Error error;
    const auto endpoints = tcp::resolver(loop).resolve(
        host, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return error;
    const tcp::endpoint place = *endpoints.begin();
    if (acceptor_.open(place.protocol(), error); error) return error;
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (acceptor_.bind(place, error); error) return error;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    return error;
  }

  void start() {
    accept();
    thread_ = std::thread([this] { loop.run(); });
  }

  // Waits for what runs.
  void stop() {
    asio::post(loop, [this] { begin_stop(); });
    if (thread_.joinable()) thread_.join();
  }

  int port() const { return port_; }
  std::size_t count() const { return count_; }

  void ended(WebSession& session) override {
    sessions_.erase(&session);
    count_ = sessions_.size();
    if (waiting_) accept();
    if (stopping) release_if_done();
  }

 private:
  void accept() {
    waiting_ = sessions_.size() >= limits.connections;
    if (waiting_ || stopping) return;
    acceptor_.async_accept([this](Error error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return pause();
      Error ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto session = std::make_shared<WebSession>(std::move(socket), *this);
      sessions_.insert(session.get());
      count_ = sessions_.size();
      session->read_head();
      accept();
    });
  }

  void pause() {
    timer_.expires_after(kPause);
    timer_.async_wait([this](Error error) {
      if (!error) accept();
    });
  }

  void begin_stop() {
    stopping = true;
    Error ignored;
    acceptor_.close(ignored);
    for (WebSession* session : sessions_) session->end_if_idle();
    timer_.expires_after(limits.stop_time);
    timer_.async_wait([this](Error error) {
      if (!error) loop.stop();
    });
    release_if_done();
  }

  void release_if_done() {
    if (!sessions_.empty()) return;
    work_.reset();
    timer_.cancel();
  }

  // The sessions that still wait for something are told that it will not come, and end with that.
  void halt() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
    stopping = true;
    Error ignored;
    acceptor_.close(ignored);
    for (WebSession* session : sessions_) session->close();
    timer_.cancel();
    work_.reset();
    loop.restart();
    loop.poll();
  }

  tcp::acceptor acceptor_{loop};
  asio::steady_timer timer_{loop};
  asio::executor_work_guard<asio::io_context::executor_type> work_{loop.get_executor()};
  std::unordered_set<WebSession*> sessions_;
  std::atomic<std::size_t> count_ = 0;  // how many sessions there are
  bool waiting_ = false;                // for one of them to end, before more are accepted
  int port_ = 0;
  std::thread thread_;
};

Result<std::unique_ptr<WebServer>> WebServer::open(const std::string& host, int port,
                                                   WebHandler& handler, const WebLimits& limits) {
  auto core = std::make_unique<Core>(handler, limits);
  if (const Error error = core->listen(host, port)) {
    return Status::invalid_argument(error.message());
  }
  return std::unique_ptr<WebServer>(new WebServer(std::move(core)));
}

WebServer::WebServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}
WebServer::~WebServer() = default;

int WebServer::port() const { return core_->port(); }
std::size_t WebServer::connections() const { return core_->count(); }
void WebServer::start() { core_->start(); }
void WebServer::stop() { core_->stop(); }

}  // namespace verger
