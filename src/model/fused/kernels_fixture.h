// SPDX-License-Identifier: Apache-2.0
// What the tests of kernels share.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "model/fused/kernels.h"
#include "model/fused/network.h"

namespace verger::fused {

struct DenseShape {
  int channels;
  int groups;
  int places;
  bool relu6;
  bool residual;
  int missing = 0;  // outputs of the last group
};

inline Network packed_network(const NetworkWeights& weights,
                              const Kernels& kernels = kPortableKernels) {
  return std::move(Network::pack(layers_of(weights), kernels).value());
}

inline std::string name_of_set(const ::testing::TestParamInfo<const Kernels*>& kernels) {
  std::string name = kernels.param->name;
  std::erase_if(name, [](char c) { return c == '-' || c == ' '; });
  return name;
}

}  // namespace verger::fused
