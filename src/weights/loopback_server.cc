// SPDX-License-Identifier: Apache-2.0
#include "weights/loopback_server.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/loopback_listener.h"

namespace verger {

namespace {

constexpr std::string_view kNotFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

// The response with the bytes that "Range: bytes=first-last" asks for, or with all.
std::string part_of(const std::string& body, const std::string& request) {
  std::size_t first = 0;
  std::size_t last = body.size() - 1;
  const std::size_t range = request.find("bytes=");
  if (range != request.npos) {
    EXPECT_EQ(std::sscanf(request.c_str() + range, "bytes=%zu-%zu", &first, &last), 2);
    last = std::min(last, body.size() - 1);
  }
  const std::string part = body.substr(first, last - first + 1);
  return (range == request.npos ? "HTTP/1.1 200 OK" : "HTTP/1.1 206 Partial Content") +
         std::string("\r\nConnection: close\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT") +
         "\r\nContent-Range: bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' +
         std::to_string(body.size()) + "\r\nContent-Length: " + std::to_string(part.size()) +
         "\r\n\r\n" + part;
}

}  // namespace

LoopbackServer::LoopbackServer(Security security) {
  if (security == Security::kTls) make_certificate();
  listener_ = listen_on_loopback(&port_);
  thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

void LoopbackServer::answer(const std::string& path, std::string response) {
  answers_[path] = std::move(response);
}

void LoopbackServer::serve_file(const std::string& path, std::string body) {
  files_[path] = std::move(body);
}

std::string LoopbackServer::url(const std::string& path) const {
  return (tls_ ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port_) + path;
}

void LoopbackServer::serve() {
  while (!stopping_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    tls_ ? reply_by_tls(connection) : reply(connection);
    close(connection);
  }
}

std::string LoopbackServer::response_to(const std::string& request) const {
  // "GET /path HTTP/1.1"
  const std::size_t begin = request.find(' ') + 1;
  const std::string path = request.substr(begin, request.find(' ', begin) - begin);
  std::string response(kNotFound);
  if (const auto file = files_.find(path); file != files_.end()) {
    response = part_of(file->second, request);
  } else if (const auto answer = answers_.find(path); answer != answers_.end()) {
    response = answer->second;
  }
  if (request.starts_with("HEAD ")) response.resize(response.find("\r\n\r\n") + 4);
  return response;
}

void LoopbackServer::reply(int connection) {
  std::array<char, 4096> request{};
  const ssize_t size = recv(connection, request.data(), request.size(), 0);
  if (size <= 0) return;
  const std::string response = response_to({request.data(), static_cast<std::size_t>(size)});
  send(connection, response.data(), response.size(), MSG_NOSIGNAL);  // A client may hang up.
}

void LoopbackServer::reply_by_tls(int connection) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> session(SSL_new(tls_.get()), SSL_free);
  SSL_set_fd(session.get(), connection);
  if (SSL_accept(session.get()) != 1) return;  // a client that does not trust us hangs up
  std::array<char, 4096> request{};
  const int size = SSL_read(session.get(), request.data(), static_cast<int>(request.size()));
  if (size <= 0) return;
  const std::string response = response_to({request.data(), static_cast<std::size_t>(size)});
  SSL_write(session.get(), response.data(), static_cast<int>(response.size()));
  SSL_shutdown(session.get());
}

void LoopbackServer::make_certificate() {
  constexpr long kDay = 24L * 60 * 60;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  certificate_.reset(X509_new());
  X509* certificate = certificate_.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
  X509_set_pubkey(certificate, key.get());
  X509_NAME* self = X509_get_subject_name(certificate);
  const auto* common_name = reinterpret_cast<const unsigned char*>("verger's test");
  X509_NAME_add_entry_by_txt(self, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate, self);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> name(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"),
      X509_EXTENSION_free);
  X509_add_ext(certificate, name.get(), -1);
  EXPECT_GT(X509_sign(certificate, key.get(), EVP_sha256()), 0);

  tls_.reset(SSL_CTX_new(TLS_server_method()));
  EXPECT_EQ(SSL_CTX_use_certificate(tls_.get(), certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(tls_.get(), key.get()), 1);
}

void LoopbackServer::write_certificate(const std::filesystem::path& file) const {
  std::FILE* stream = std::fopen(file.c_str(), "w");
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(PEM_write_X509(stream, certificate_.get()), 1);
  std::fclose(stream);
}

}  // namespace verger
