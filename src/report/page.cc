// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <string_view>

#include "base/json_text.h"
#include "report/assets.h"
#include "report/report.h"

namespace verger {

// In HTML a script ends at the first "</script", whatever it holds, so no '<' may stand in it.
std::string report_page(const nlohmann::json& report) {
  const std::string text = json_text(report);
  const std::string_view page = asset_page();
  const std::size_t place = page.find(kReportPlace);
  assert(place != std::string_view::npos);
  std::string html(page.substr(0, place));
  html.reserve(page.size() + text.size());
  for (const char c : text) {
    if (c == '<') {
      html += "\\u003c";
    } else {
      html += c;
    }
  }
  html += page.substr(place + kReportPlace.size());
  return html;
}

}  // namespace verger
