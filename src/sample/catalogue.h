// SPDX-License-Identifier: Apache-2.0
// The varieties as they are drawn up; variety() makes more of them.
#pragma once

#include <span>

#include "sample/variety.h"

namespace verger::orchard {

std::span<const Variety> catalogue();

}  // namespace verger::orchard
