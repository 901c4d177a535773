// SPDX-License-Identifier: Apache-2.0
// The weights of MobileNetV2 from the bytes of a Keras HDF5 file.
#pragma once

#include "model/mobilenet_v2.h"
#include "verger/model.h"

namespace verger {

// Every value is finite and every variance positive. Errors are kModel: the file is no HDF5 file,
// is damaged, is of another network, or holds what no trained network can. Thread-safe.
Result<NetworkWeights> read_keras_weights(const ModelFile& file);

}  // namespace verger
