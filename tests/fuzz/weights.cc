// SPDX-License-Identifier: Apache-2.0
// Bytes of an HDF5 file → its arrays, and the network's weights.
#include <algorithm>
#include <span>
#include <vector>

#include "model/hdf5_file.h"
#include "model/keras_weights.h"
#include "target.h"

namespace verger {

namespace {

constexpr std::size_t kMaxValues = 1 << 16;

// Every array that is not too large, whatever its name.
void read_arrays(std::span<const uint8_t> bytes) {
  const Hdf5File file(bytes);
  if (!file.is_open()) return;
  const auto& index = file.index();
  if (!index) return;
  std::vector<float> converted;
  volatile float sum = 0;
  for (const auto& [path, shape] : *index) {
    std::size_t size = 1;
    for (const std::size_t side : shape) {
      size = side <= kMaxValues ? std::min(size * side, kMaxValues + 1) : kMaxValues + 1;
    }
    if (size > kMaxValues) continue;
    const auto values = file.read(path, size, converted);
    if (!values) return;
    if (values->size() != size) __builtin_trap();
    // All of them can be read, wherever they lie.
    for (const float value : *values) sum = sum + value;
  }
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  if (!verger::has_hdf5_signature(bytes)) return -1;  // not worth keeping
  verger::read_arrays(bytes);
  const auto weights = verger::read_keras_weights({"fuzz.h5", bytes});
  if (!weights.ok()) return 0;
  for (std::size_t i = 0; i < weights->size(); ++i) {
    (void)verger::fold_batch_norm(verger::mobilenet_v2_layers()[i], (*weights)[i]);
  }
  return 0;
}
