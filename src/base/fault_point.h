// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace verger {

// Places of a run at which a test can stop the program, to see what is left. Without a hook they do
// nothing; the shipped program never sets one.
using FaultHook = void (*)(std::string_view point);
void set_fault_hook(FaultHook hook);  // before any run starts

void fault_point(std::string_view point);

}  // namespace verger
