// SPDX-License-Identifier: Apache-2.0
#include "serve/assets.h"

#include "base/embedded_file.h"

VERGER_EMBEDDED_FILE(verger_serve_page, VERGER_SERVE_PAGE "/page.html")
VERGER_EMBEDDED_FILE(verger_serve_script, VERGER_SERVE_PAGE "/page.js")
VERGER_EMBEDDED_FILE(verger_serve_style, VERGER_SERVE_PAGE "/page.css")

namespace verger {

std::string_view serve_page() { return {verger_serve_page, verger_serve_page_end}; }
std::string_view serve_script() { return {verger_serve_script, verger_serve_script_end}; }
std::string_view serve_style() { return {verger_serve_style, verger_serve_style_end}; }

}  // namespace verger
