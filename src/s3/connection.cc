// SPDX-License-Identifier: Apache-2.0
#include "s3/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/encoding.h"
#include "base/numbers.h"
#include "s3/http.h"

namespace verger {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kConnect{5};
constexpr std::chrono::seconds kSilence{10};
constexpr std::chrono::milliseconds kSlice{250};  // after which an interrupt is seen

Fault unreachable(int error) {
  return {"the server cannot be reached or broke the connection off (" +
          std::generic_category().message(error) + ")"};
}

Fault interrupted() { return {.cause = "Interrupted", .may_pass = false, .cancelled = true}; }

// Repeats `step`, which waits for a slice at most, until it is done: true from it, or a fault.
template <class Step>
std::optional<Fault> wait_for(std::chrono::seconds longest, const Interrupt& interrupt,
                              const Step& step) {
  const auto end = Clock::now() + longest;
  while (true) {
    // Whoever was stopped for long looks once more.
    const bool last = Clock::now() >= end;
    if (step()) return std::nullopt;
    if (interrupt && interrupt()) return interrupted();
    if (last) return unreachable(ETIMEDOUT);
  }
}

bool would_wait(int error) { return error == EAGAIN || error == EINTR; }

// A socket that does not wait to be connected, and for a slice at most once it may wait.
int new_socket(const addrinfo& address) {
  const int type = address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int made = socket(address.ai_family, type, address.ai_protocol);
  if (made < 0) return made;
  const int on = 1;
  const timeval slice{.tv_sec = 0, .tv_usec = std::chrono::microseconds(kSlice).count()};
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice);
  return made;
}

std::optional<Fault> connect_socket(int socket, const addrinfo& address,
                                    const Interrupt& interrupt) {
  if (connect(socket, address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return unreachable(errno);
    pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
    const auto step = [&] { return poll(&waiting, 1, static_cast<int>(kSlice.count())) > 0; };
    if (auto fault = wait_for(kConnect, interrupt, step)) return fault;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return unreachable(error);
  }
  fcntl(socket, F_SETFL, 0);  // from here on calls wait, for a slice
  return std::nullopt;
}

}  // namespace

HostPort HostPort::parse(std::string_view text, std::string_view default_port) {
  HostPort parsed{.host = std::string(text), .port = std::string(default_port)};
  const std::size_t colon = text.rfind(':');
  const bool is_port = colon != text.npos && text.find(']', colon) == text.npos &&
                       (text.find(':') == colon || text.starts_with('['));
  if (is_port) {
    parsed.host = text.substr(0, colon);
    parsed.port = text.substr(colon + 1);
  }
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  return parsed;
}

Result<Proxy> parse_proxy(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  std::string rest = url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
  while (rest.ends_with('/')) rest.pop_back();
  Proxy proxy;
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
    proxy.authorization = "Basic " + base64({reinterpret_cast<const uint8_t*>(rest.data()), at});
    rest.erase(0, at + 1);
  }
  proxy.address = HostPort::parse(rest, "80");
  const bool digits = proxy.address.port.find_first_not_of("0123456789") == std::string::npos;
  if (proxy.address.host.empty() || !digits || rest.find_first_of("/?# \r\n") != rest.npos) {
    return Status::invalid_argument(
        "The proxy that the environment names is no address; write http://HOST:PORT.");
  }
  return proxy;
}

Result<std::shared_ptr<SSL_CTX>> trusted_authorities(const std::string& file) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return Status::io("TLS cannot be used: OpenSSL does not start.");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const bool loaded = SSL_CTX_load_verify_file(context.get(), file.c_str()) == 1;
  ERR_clear_error();
  if (loaded) return context;
  return Status::io("The file of certificate authorities '" + file +
                    "' holds none; name another by SSL_CERT_FILE.");
}

Result<std::unique_ptr<Connection>, Fault> Connection::open(const Route& route,
                                                            const Interrupt& interrupt) {
  const HostPort& next = route.proxy ? route.proxy->address : route.server;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  // RFC 6761: names below localhost are this machine, which not every resolver knows.
  const std::string host = next.host.ends_with(".localhost") ? "localhost" : next.host;
  if (getaddrinfo(host.c_str(), next.port.c_str(), &hints, &list) != 0) {
    return Fault{"the server cannot be reached: its name " + next.host + " is not known"};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(list, freeaddrinfo);
  Fault last = unreachable(EADDRNOTAVAIL);
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    const int socket = new_socket(*address);
    if (socket < 0) return unreachable(errno);
    std::unique_ptr<Connection> connection(new Connection(socket));
    auto fault = connect_socket(socket, *address, interrupt);
    if (!fault) fault = connection->begin_tls(route, interrupt);
    if (!fault) return connection;
    last = *std::move(fault);
    if (!last.may_pass) break;
  }
  return last;
}

Connection::~Connection() {
  tls_.reset();
  close(socket_);
}

// Asks the proxy for a way to the server, as plain text.
std::optional<Fault> Connection::open_tunnel(const Route& route, const Interrupt& interrupt) {
  std::string host = route.server.host + ':' + route.server.port;
  if (route.server.host.find(':') != host.npos) {
    host = '[' + route.server.host + "]:" + route.server.port;
  }
  HttpRequest request{.method = "CONNECT", .target = host, .headers = {{"host", host}}};
  if (!route.proxy->authorization.empty()) {
    request.headers.emplace_back("proxy-authorization", route.proxy->authorization);
  }
  const auto answer = exchange(*this, request, {}, interrupt);
  if (!answer.ok()) return answer.error();
  if (answer->status / 100 == 2) return std::nullopt;
  return Fault{.cause = "the proxy refuses to connect to it (" + format_count(answer->status) + ")",
               .may_pass = answer->status >= 500};
}

std::optional<Fault> Connection::begin_tls(const Route& route, const Interrupt& interrupt) {
  if (!route.tls) return std::nullopt;
  if (route.proxy) {
    if (auto fault = open_tunnel(route, interrupt)) return fault;
  }
  tls_.reset(SSL_new(route.authorities.get()));
  SSL_set_fd(tls_.get(), socket_);
  std::string host = route.server.host;
  X509_VERIFY_PARAM* verify = SSL_get0_param(tls_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) != 1) {
    // What the macro SSL_set_tlsext_host_name does, by a cast of C.
    SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
    SSL_set1_host(tls_.get(), host.c_str());
  }
  std::optional<Fault> failed;
  const auto step = [&] {
    const int done = SSL_connect(tls_.get());
    if (done == 1) return true;
    const int error = SSL_get_error(tls_.get(), done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
    failed = tls_fault();
    return true;
  };
  if (auto late = wait_for(kConnect + kSilence, interrupt, step)) return late;
  return failed;
}

std::optional<Fault> Connection::send(std::span<const uint8_t> bytes, const Interrupt& interrupt) {
  std::optional<Fault> failed;
  while (!bytes.empty() && !failed) {
    std::size_t sent = 0;
    const auto step = [&] {
      if (tls_) {
        const int done = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
        if (done == 1) return true;
        if (SSL_get_error(tls_.get(), done) == SSL_ERROR_WANT_WRITE) return false;
        ERR_clear_error();
        failed = unreachable(EPIPE);
        return true;
      }
      const ssize_t done = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (done < 0 && would_wait(errno)) return false;
      if (done < 0) failed = unreachable(errno);
      sent = static_cast<std::size_t>(std::max<ssize_t>(done, 0));
      return true;
    };
    if (auto late = wait_for(kSilence, interrupt, step)) return late;
    bytes = bytes.subspan(sent);
  }
  return failed;
}

Result<std::size_t, Fault> Connection::receive(std::span<char> bytes, const Interrupt& interrupt) {
  std::size_t got = 0;
  std::optional<Fault> failed;
  const auto step = [&] {
    if (tls_) {
      const int done = SSL_read_ex(tls_.get(), bytes.data(), bytes.size(), &got);
      if (done == 1) return true;
      const int error = SSL_get_error(tls_.get(), done);
      if (error == SSL_ERROR_WANT_READ) return false;
      ERR_clear_error();
      if (error != SSL_ERROR_ZERO_RETURN) failed = unreachable(ECONNRESET);
      return true;
    }
    const ssize_t done = recv(socket_, bytes.data(), bytes.size(), 0);
    if (done < 0 && would_wait(errno)) return false;
    if (done < 0) failed = unreachable(errno);
    got = static_cast<std::size_t>(std::max<ssize_t>(done, 0));
    return true;
  };
  if (auto late = wait_for(kSilence, interrupt, step)) return *std::move(late);
  if (failed) return *std::move(failed);
  return got;
}

Fault Connection::tls_fault() const {
  ERR_clear_error();
  if (SSL_get_verify_result(tls_.get()) == X509_V_OK) return unreachable(ECONNRESET);
  return {.cause =
              "the server's certificate is not that of an authority trusted here; name a "
              "file of those to trust by SSL_CERT_FILE",
          .may_pass = false};
}

}  // namespace verger
