// SPDX-License-Identifier: Apache-2.0
// A small server of HTTP/1.1 for requests of a few megabytes, whoever sends them.
//
// One thread speaks with all clients, by Boost.Asio; Boost.Beast reads what they say, and refuses
// what two servers could understand differently. A client can hold no more than one connection's
// memory for no longer than the deadlines say, whether it is slow, silent or hostile.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "verger/status.h"

namespace verger {

struct WebRequest {
  std::string method;         // "GET", as sent
  std::string path;           // the target's, before its '?'; not decoded
  std::string query;          // behind the '?'
  std::string authorization;  // the headers of these names; "" without
  std::string content_type;
  std::vector<uint8_t> body;
};

struct WebReply {
  int status = 200;
  std::string content_type{};  // "": no body
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones
};

// An error that a person may read: {"error": sentence}.
WebReply error_reply(int status, const std::string& sentence);

// What answers. The functions are called by the server's thread, which they must not keep waiting.
class WebHandler {
 public:
  using Done = std::function<void(WebReply)>;

  virtual ~WebHandler() = default;

  // Looks at a request whose body has not come yet. A reply ends it, and the body is not read.
  virtual std::optional<WebReply> refuse(const WebRequest& head) = 0;

  // Answers a whole request by calling `done` once, by any thread, at once or later.
  virtual void answer(WebRequest request, Done done) = 0;

  // Told of each reply that is sent, also of those that the server gives by itself.
  virtual void replied(const WebRequest& request, int status) = 0;
};

struct WebLimits {
  std::size_t connections = 4096;                // more wait to be accepted
  std::size_t head = 16 << 10;                   // bytes of a request's first line and headers
  std::size_t body = 20 << 20;                   // bytes; a larger one is refused (413)
  std::size_t bodies = std::size_t{256} << 20;   // bytes of all that are held; past it 503
  std::chrono::milliseconds head_time{15'000};   // to send the head; so long a connection may idle
  std::chrono::milliseconds body_time{30'000};   // to send the whole body
  std::chrono::milliseconds reply_time{30'000};  // to take the reply
  std::chrono::milliseconds stop_time{8'000};    // for what runs, when the server stops
};

class WebServer {
 public:
  // Listens on `host`, a name or an address, and `port`; 0: one that is free. Clients wait for
  // start(). kInvalidArgument when it cannot, with the reason alone for a sentence. `handler`
  // outlives the server, and every `done` that it was given is called, or gone, before the server
  // is.
  static Result<std::unique_ptr<WebServer>> open(const std::string& host, int port,
                                                 WebHandler& handler, const WebLimits& limits);
  // Answers from now on. Once.
  void start();
  // Stops at once.
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  int port() const;
  std::size_t connections() const;  // that are open; thread-safe

  // Accepts no more, and waits until the requests that had come are answered, or stop_time is over.
  void stop();

 private:
  class Core;
  explicit WebServer(std::unique_ptr<Core> core);

  std::unique_ptr<Core> core_;
};

}  // namespace verger
