// SPDX-License-Identifier: Apache-2.0
// The weights of MobileNetV2 from the bytes of a Keras HDF5 file.
#pragma once

#include <cstddef>
#include <string>

#include "model/hdf5_file.h"
#include "model/keras_layout.h"
#include "model/mobilenet_v2.h"
#include "verger/model.h"

namespace verger {

// The weights of a file, whose bytes are borrowed, layer by layer: so that a network is built of
// them without a second copy in memory. Every value is finite and every variance positive. Errors
// are kModel: the file is no HDF5 file, is damaged, is of another network, or holds what no trained
// network can. Not thread-safe.
class KerasWeights {
 public:
  static Result<KerasWeights> open(const ModelFile& file);

  // As ReadLayer.
  Result<ConvView> layer(std::size_t number);

 private:
  KerasWeights(std::string name, Hdf5File file, VariablePaths paths);

  std::string name_;
  Hdf5File file_;
  VariablePaths paths_;
  ConvWeights converted_;  // those of the last layer that do not lie in the file as they are
};

// All of them. Thread-safe.
Result<NetworkWeights> read_keras_weights(const ModelFile& file);

}  // namespace verger
