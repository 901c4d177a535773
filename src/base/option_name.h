// SPDX-License-Identifier: Apache-2.0
// How a sentence names an option: as whoever reads it gives it.
#pragma once

#include <string>
#include <string_view>

namespace verger {

// kKeyword: "max_pixels", the field's own name and Python's keyword; kFlag: "--max-pixels".
enum class Spelling { kKeyword, kFlag };

// Holds for all sentences from now on; until then they have kKeyword. The program says kFlag,
// unless $VERGER_SPELLING is "keyword", as it is where Python calls it. Thread-safe.
void spell_options(Spelling spelling);

// `name`: of the option's field, "max_pixels"; of a positional argument, "INPUT", which stays.
std::string option_name(std::string_view name);
// The flag alone, in any spelling: "--max-pixels".
std::string flag_name(std::string_view name);
// That it is set, or set to this: "--overwrite", "--format tar"; "overwrite=True",
// "format='tar'".
std::string option_set(std::string_view name);
std::string option_set(std::string_view name, std::string_view value);

}  // namespace verger
