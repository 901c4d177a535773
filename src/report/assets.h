// SPDX-License-Identifier: Apache-2.0
// Files that are built into the program.
#pragma once

#include <string_view>

namespace verger {

std::string_view asset_page();     // the report's page, with kReportPlace where its document goes
std::string_view asset_figures();  // python/verger/emr/figures.json

inline constexpr std::string_view kReportPlace = "@VERGER_REPORT@";

}  // namespace verger
