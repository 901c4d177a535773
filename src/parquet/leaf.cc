// SPDX-License-Identifier: Apache-2.0
#include "parquet/leaf.h"

#include "image/multiversion.h"

namespace verger {

VERGER_MULTIVERSION
std::size_t count_breaks(const int16_t* definition, const int16_t* repetition, std::size_t count,
                         int16_t highest) {
  std::size_t breaks = 0;
  for (std::size_t i = 0; i < count; ++i) {  // no branch: many at a time
    breaks += static_cast<std::size_t>(definition[i] < highest || repetition[i] == 0);
  }
  return breaks;
}

}  // namespace verger
