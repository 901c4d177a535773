// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "verger/model.h"

namespace verger {

namespace {

#define VERGER_KERAS_WEIGHTS \
  "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
#define VERGER_KERAS_FILE "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224"

constexpr std::array<OfficialWeights, 2> kOfficialWeights = {{
    {.file_name = VERGER_KERAS_FILE ".h5",
     .url = VERGER_KERAS_WEIGHTS VERGER_KERAS_FILE ".h5",
     .sha256 = "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3"},
    {.file_name = VERGER_KERAS_FILE "_no_top.h5",
     .url = VERGER_KERAS_WEIGHTS VERGER_KERAS_FILE "_no_top.h5",
     .sha256 = ""},
}};

}  // namespace

std::span<const OfficialWeights> official_weights() { return kOfficialWeights; }

}  // namespace verger
