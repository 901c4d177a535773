// SPDX-License-Identifier: Apache-2.0
// A web server on 127.0.0.1 for one test: it answers each path with the bytes it was given, a HEAD
// with the headers alone.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>

namespace verger {

class LoopbackServer {
 public:
  enum class Security { kPlain, kTls };

  // With kTls it makes a key and a certificate for 127.0.0.1, signed by itself.
  explicit LoopbackServer(Security security = Security::kPlain);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  // Before the first request. `response`: the whole of it, status line and headers included.
  void answer(const std::string& path, std::string response);
  // Serves a file: as much of it as a request's header "Range" asks for.
  void serve_file(const std::string& path, std::string body);

  std::string url(const std::string& path) const;

  // Writes the certificate, for a client that is to trust this server.
  void write_certificate(const std::filesystem::path& file) const;

 private:
  void serve();
  void reply(int connection);
  void reply_by_tls(int connection);
  std::string response_to(const std::string& request) const;
  void make_certificate();

  std::map<std::string, std::string> answers_;
  std::map<std::string, std::string> files_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, SSL_CTX_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate_{nullptr, X509_free};
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace verger
