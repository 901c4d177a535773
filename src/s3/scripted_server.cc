// SPDX-License-Identifier: Apache-2.0
#include "s3/scripted_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/loopback_listener.h"

namespace verger {

namespace {

// Takes a whole request off the front of what was received.
std::optional<std::string> take_request(std::string& received) {
  const std::size_t head = received.find("\r\n\r\n");
  if (head == received.npos) return std::nullopt;
  std::size_t size = head + 4;
  const std::size_t length = received.find("content-length: ");
  if (length < head) size += std::strtoul(received.c_str() + length + 16, nullptr, 10);
  if (received.size() < size) return std::nullopt;
  std::string request = received.substr(0, size);
  received.erase(0, size);
  return request;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listener_ = listen_on_loopback(&port_);
  acceptor_ = std::thread([this] { accept_connections(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int connection : sockets_) shutdown(connection, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  for (const int connection : sockets_) close(connection);
}

int ScriptedServer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(sockets_.size());
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::accept_connections() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(connection);
    threads_.emplace_back([this, connection] { serve(connection); });
  }
}

void ScriptedServer::serve(int connection) {
  std::string received;
  std::array<char, 1 << 16> piece{};
  while (true) {
    const ssize_t size = recv(connection, piece.data(), piece.size(), 0);
    if (size <= 0) return;
    received.append(piece.data(), static_cast<std::size_t>(size));
    while (const auto request = take_request(received)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*request);
      }
      std::string response = script_(*request);
      const bool end = response.empty() || response.starts_with(kHangUp);
      if (response.starts_with(kHangUp)) response.erase(0, kHangUp.size());
      send(connection, response.data(), response.size(), MSG_NOSIGNAL);
      if (end) {
        shutdown(connection, SHUT_RDWR);
        return;
      }
    }
  }
}

std::string http_response(const std::string& status, const std::string& headers,
                          const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace verger
