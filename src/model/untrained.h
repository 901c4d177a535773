// SPDX-License-Identifier: Apache-2.0
// Random weights that are the same bits on every machine, for demonstrations and tests.
#pragma once

#include <cstdint>

#include "model/mobilenet_v2.h"

namespace verger {

// He et al. 2015: a kernel's values have mean 0 and variance 2 / (inputs of an output). The batch
// normalisations are not the identity: γ in [3/4, 5/4), β and the mean in [−1/8, 1/8), the variance
// in [1/2, 3/2).
//
// The draws are SplitMix64's outputs for `seed` (Steele et al. 2014) in order, and a normal value
// is the centred sum of twelve uniform ones: all is exact but for one √ a layer and one rounding a
// value, so no library's log or cos and no compiler's choice decides a bit.
NetworkWeights untrained_weights(uint64_t seed);

}  // namespace verger
