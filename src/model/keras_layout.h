// SPDX-License-Identifier: Apache-2.0
// Where the Keras versions put the variables of MobileNetV2 in an HDF5 file.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "model/hdf5_file.h"
#include "model/mobilenet_v2.h"
#include "verger/status.h"

namespace verger {

// The path of each variable, by layer of mobilenet_v2_layers().
using VariablePaths = std::vector<std::array<std::string, kVariables>>;

// Finds every variable and checks its shape. Two layouts are known, below any group:
//
//   by layer   Conv1/…/kernel:0, bn_Conv1/…/gamma:0   Keras 2; Keras 3's model.save("x.h5")
//   by class   conv2d/vars/0, conv2d_1/vars/0, …      save_weights("x.weights.h5"): the layers of
//                                                     each class are counted in their order
//
// Layers that come after, such as `predictions`, and an optimiser's state are ignored. The error
// (kModel) is half a sentence: what the file lacks or has otherwise than MobileNetV2 1.0.
Result<VariablePaths> find_variables(const Hdf5Index& index);

}  // namespace verger
