// SPDX-License-Identifier: Apache-2.0
#include "report/assets.h"

#include "base/embedded_file.h"

VERGER_EMBEDDED_FILE(verger_asset_page, VERGER_REPORT_PAGE)
VERGER_EMBEDDED_FILE(verger_asset_figures, VERGER_FIGURES)

namespace verger {

std::string_view asset_page() { return {verger_asset_page, verger_asset_page_end}; }
std::string_view asset_figures() { return {verger_asset_figures, verger_asset_figures_end}; }

}  // namespace verger
