// SPDX-License-Identifier: Apache-2.0
#include "parquet/leaf.h"

#include "image/multiversion.h"

namespace verger {

VERGER_MULTIVERSION
bool has_break(const int16_t* definition, const int16_t* repetition, std::size_t count,
               int16_t highest) {
  int16_t breaks = 0;  // as narrow as the levels, and no branch: as many at a time as can be
  for (std::size_t i = 0; i < count; ++i) {
    const auto is_null = static_cast<int16_t>(definition[i] < highest);
    const auto begins = static_cast<int16_t>(repetition[i] == 0);
    breaks = static_cast<int16_t>(breaks | is_null | begins);
  }
  return breaks != 0;
}

}  // namespace verger
