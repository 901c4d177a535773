// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <string_view>

#include "base/json_text.h"
#include "report/assets.h"
#include "report/report.h"

namespace verger {

// In HTML a script ends at the first "</script", whatever it holds, so no '<' may stand in it.
ReportPage report_page(const nlohmann::json& report) {
  const std::string_view page = asset_page();
  const std::size_t place = page.find(kReportPlace);
  assert(place != std::string_view::npos);
  ReportPage made{.begin = page.substr(0, place),
                  .document = {},
                  .end = page.substr(place + kReportPlace.size())};
  for (const char c : json_text(report)) {
    if (c == '<') {
      made.document += "\\u003c";
    } else {
      made.document += c;
    }
  }
  return made;
}

}  // namespace verger
