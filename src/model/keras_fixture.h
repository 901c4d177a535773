// SPDX-License-Identifier: Apache-2.0
// HDF5 files as the versions of Keras write them, for tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/mobilenet_v2.h"

namespace verger {

enum class KerasLayout {
  kKeras2Weights,  // Conv1/Conv1/kernel:0
  kKeras2Model,    // model_weights/Conv1/Conv1/kernel:0, optimizer_weights/…
  kKeras3Model,    // model_weights/Conv1/Conv1/kernel
  kKeras3Weights,  // layers/conv2d/vars/0
  kCheckpoint,     // _layer_checkpoint_dependencies/conv2d/vars/0: Keras 2.12
};

struct FixtureArray {
  std::string path;
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

// Every array of a file of the layout, in the order of the layers. `with_top` adds `predictions`.
std::vector<FixtureArray> keras_arrays(const NetworkWeights& weights, KerasLayout layout,
                                       bool with_top);

// The bytes of an HDF5 file of these arrays.
std::vector<uint8_t> write_hdf5(const std::vector<FixtureArray>& arrays);

}  // namespace verger
