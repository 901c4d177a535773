// SPDX-License-Identifier: Apache-2.0
// An HTTP server on 127.0.0.1 for a test, which decides what it answers to each request.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace verger {

class ScriptedServer {
 public:
  // Given a whole request, returns a whole response. One that is empty, or that `hang_up` begins,
  // ends the connection, behind the rest of it.
  using Script = std::function<std::string(const std::string& request)>;
  static constexpr std::string_view kHangUp = "hang up:";

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const;
  std::vector<std::string> requests() const;

 private:
  void accept_connections();
  void serve(int connection);

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// "HTTP/1.1 200 OK", with these header lines, each with its end, and this body.
std::string http_response(const std::string& status, const std::string& headers,
                          const std::string& body);

}  // namespace verger
