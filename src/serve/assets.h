// SPDX-License-Identifier: Apache-2.0
// The files of the page that the service shows, as they are in src/serve/page.
#pragma once

#include <string_view>

namespace verger {

std::string_view serve_page();
std::string_view serve_script();
std::string_view serve_style();

}  // namespace verger
