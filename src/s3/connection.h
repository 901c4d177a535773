// SPDX-License-Identifier: Apache-2.0
// A connection to a server, straight or through a proxy, plain or by TLS.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "verger/status.h"

namespace verger {

// Why no answer came: half a sentence.
struct Fault {
  std::string cause;
  bool may_pass = true;     // by trying again
  bool cancelled = false;   // by an Interrupt
  bool unanswered = false;  // not a byte came
};

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::string port;

  // "host", "host:port", "[::1]:port".
  static HostPort parse(std::string_view text, std::string_view default_port);
};

struct Proxy {
  HostPort address;
  std::string authorization;  // the header "proxy-authorization"; "" without a password
};

// How a server is reached. Copies share the authorities.
struct Route {
  HostPort server;
  bool tls = false;
  std::shared_ptr<SSL_CTX> authorities;  // with tls: whom to trust
  std::optional<Proxy> proxy{};
};

// Whom to trust: the certificates in a file (PEM). kIo when it holds none.
Result<std::shared_ptr<SSL_CTX>> trusted_authorities(const std::string& file);

// kInvalidArgument unless it is http://[USER:PASSWORD@]HOST:PORT; it is not repeated, for it may
// hold a password.
Result<Proxy> parse_proxy(const std::string& url);

// Should what waits for a server end? Asked a few times a second.
using Interrupt = std::function<bool()>;

// Not thread-safe. A server that says nothing for 10 seconds is a fault, and one that does not take
// the connection within 5.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>, Fault> open(const Route& route,
                                                         const Interrupt& interrupt);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::optional<Fault> send(std::span<const uint8_t> bytes, const Interrupt& interrupt);
  // Some bytes, at most as many as fit; 0 when the other side has ended the connection.
  Result<std::size_t, Fault> receive(std::span<char> bytes, const Interrupt& interrupt);

 private:
  explicit Connection(int socket) : socket_(socket) {}
  std::optional<Fault> begin_tls(const Route& route, const Interrupt& interrupt);
  std::optional<Fault> open_tunnel(const Route& route, const Interrupt& interrupt);
  Fault tls_fault() const;

  const int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

}  // namespace verger
