// SPDX-License-Identifier: Apache-2.0
#include "s3/network.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace verger {

namespace {

constexpr std::array kCertificateFiles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat, Amazon Linux
    "/etc/pki/tls/certs/ca-bundle.crt",                   // and their elder place
    "/etc/ssl/ca-bundle.pem",                             // SUSE
};

bool readable(const char* path) { return access(path, R_OK) == 0; }

// `end` is the host, or the host ends in "." and it.
bool is_below(std::string_view host, std::string_view end) {
  if (end.starts_with('.')) end.remove_prefix(1);
  if (end.empty() || !host.ends_with(end)) return false;
  return host.size() == end.size() || host[host.size() - end.size() - 1] == '.';
}

bool is_excepted(std::string_view host) {
  const std::string list = first_variable({"no_proxy", "NO_PROXY"});
  constexpr std::string_view kBetween = ", ";
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find_first_of(kBetween, begin), list.size());
    const auto entry = std::string_view(list).substr(begin, end - begin);
    if (entry == "*" || is_below(host, entry)) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::string first_variable(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

Result<std::string> certificate_file(const std::string& of_profile) {
  const std::pair<std::string, const char*> named[] = {
      {first_variable({"AWS_CA_BUNDLE"}), "$AWS_CA_BUNDLE"},
      {of_profile, "the profile's ca_bundle"},
      {first_variable({"SSL_CERT_FILE"}), "$SSL_CERT_FILE"}};
  for (const auto& [file, by] : named) {
    if (file.empty()) continue;
    if (readable(file.c_str())) return file;
    return Status::io("Cannot read '" + file + "', the certificate authorities of " + by + ": " +
                      std::strerror(errno) + ".");
  }
  for (const char* file : kCertificateFiles) {
    if (readable(file)) return std::string(file);
  }
  return Status::io(
      "HTTPS servers cannot be verified: no file of certificate authorities is where this system "
      "would keep it; install its package ca-certificates, or name one by SSL_CERT_FILE.");
}

std::string proxy_for(std::string_view scheme, std::string_view host) {
  if (is_excepted(host)) return "";
  // Servers pass a header "Proxy:" to their programs as HTTP_PROXY, so that curl never reads it.
  std::string proxy = scheme == "https" ? first_variable({"https_proxy", "HTTPS_PROXY"})
                                        : first_variable({"http_proxy"});
  if (proxy.empty()) proxy = first_variable({"all_proxy", "ALL_PROXY"});
  if (proxy.empty() || proxy.find("://") != proxy.npos) return proxy;
  return "http://" + proxy;
}

}  // namespace verger
