// The features of src/model/fused/network_test.cc's image(0) under untrained_weights(5), float32 on
// stdout, once for each of the processor's instruction sets, whose names go to stderr. It needs no
// library, so that it is built for other processors with a bare cross compiler.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "model/fused/network.h"
#include "model/untrained.h"
#include "verger/image.h"

int main() {
  using namespace verger;
  std::vector<float> tensor(kTensorSize);
  uint32_t state = 0;
  for (float& value : tensor) {
    state = state * 1664525 + 1013904223;
    value = static_cast<float>(state >> 24) / 127.5F - 1.0F;
  }
  const fused::Network network(untrained_weights(5));
  fused::Workspace workspace = network.make_workspace();
  std::vector<float> features(kMobileNetV2Width);
  for (const fused::Kernels* kernels : fused::supported_kernels()) {
    network.run(*kernels, tensor.data(), workspace, features.data());
    std::fprintf(stderr, "%s\n", kernels->name);
    if (std::fwrite(features.data(), sizeof(float), features.size(), stdout) != features.size()) {
      return 3;
    }
  }
  return 0;
}
