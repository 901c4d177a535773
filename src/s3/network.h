// SPDX-License-Identifier: Apache-2.0
// What the environment says of the network: whom to trust, and by which proxy to go.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "verger/status.h"

namespace verger {

// The first variable of the environment that is set and not empty, or "".
std::string first_variable(std::initializer_list<const char*> names);

// The file (PEM) of the authorities whose certificates are trusted: that of $AWS_CA_BUNDLE, else
// `of_profile`, the profile's ca_bundle, else of $SSL_CERT_FILE, else where Debian, Red Hat and
// Amazon, or SUSE keep it. kIo when one that is named cannot be read, and when there is none.
Result<std::string> certificate_file(const std::string& of_profile = "");

// The proxy for a server, as curl chooses it: https_proxy or HTTPS_PROXY for "https", http_proxy
// for "http", else all_proxy or ALL_PROXY; none for the hosts of no_proxy or NO_PROXY, which are
// names, ends of names, or * for all. "" for none; else with a scheme.
std::string proxy_for(std::string_view scheme, std::string_view host);

}  // namespace verger
