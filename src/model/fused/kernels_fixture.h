// SPDX-License-Identifier: Apache-2.0
// What the tests of kernels share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "model/fused/kernels.h"

namespace verger::fused {

struct DenseShape {
  int channels;
  int groups;
  int places;
  bool relu6;
  bool residual;
};

inline std::string name_of_set(const ::testing::TestParamInfo<const Kernels*>& kernels) {
  std::string name = kernels.param->name;
  std::erase_if(name, [](char c) { return c == '-' || c == ' '; });
  return name;
}

}  // namespace verger::fused
