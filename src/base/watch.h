// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/cancel.h"
#include "base/observer.h"

namespace verger {

// Who may stop a run and who watches it; both outlive it.
struct Watch {
  const CancelToken& cancel;
  Observer& observer;
};

}  // namespace verger
