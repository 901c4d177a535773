#include "report/assets.h"

// The assembler copies the files in: a string literal of megabytes would take the compiler minutes.
// NOLINTNEXTLINE(hicpp-no-assembler)
asm(R"(
  .section .rodata
  .global verger_asset_page
  .global verger_asset_page_end
  .global verger_asset_figures
  .global verger_asset_figures_end
verger_asset_page:
  .incbin ")" VERGER_REPORT_PAGE R"("
verger_asset_page_end:
verger_asset_figures:
  .incbin ")" VERGER_FIGURES R"("
verger_asset_figures_end:
  .text
)");

extern "C" {
extern const char verger_asset_page[] __attribute__((visibility("hidden")));
extern const char verger_asset_page_end[] __attribute__((visibility("hidden")));
extern const char verger_asset_figures[] __attribute__((visibility("hidden")));
extern const char verger_asset_figures_end[] __attribute__((visibility("hidden")));
}

namespace verger {

std::string_view asset_page() { return {verger_asset_page, verger_asset_page_end}; }
std::string_view asset_figures() { return {verger_asset_figures, verger_asset_figures_end}; }

}  // namespace verger
