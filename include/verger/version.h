// SPDX-License-Identifier: Apache-2.0
#pragma once

#define VERGER_VERSION "0.1.0"

namespace verger {

inline constexpr const char* kVersion = VERGER_VERSION;

}  // namespace verger
