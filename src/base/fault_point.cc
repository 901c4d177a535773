// SPDX-License-Identifier: Apache-2.0
#include "base/fault_point.h"

namespace verger {

namespace {

FaultHook fault_hook = nullptr;

}  // namespace

void set_fault_hook(FaultHook hook) { fault_hook = hook; }

void fault_point(std::string_view point) {
  if (fault_hook != nullptr) fault_hook(point);
}

}  // namespace verger
