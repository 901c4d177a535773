// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "verger/model.h"

namespace verger {

// The network to run; with a precision below f32 also the f32 one, against which a sample of the
// images is compared. Borrowed.
struct Network {
  const Model& model;
  const Model* reference = nullptr;
  std::string file{};  // where it was loaded from, if it has a file; an absolute place
};

}  // namespace verger
