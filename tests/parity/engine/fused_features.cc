// The features of noise_image(0) under untrained_weights(5), float32 on
// stdout, once for each of the processor's instruction sets, whose names go to stderr. It needs no
// library, so that it is built for other processors with a bare cross compiler.
#include <cstdio>
#include <vector>

#include "model/fused/network.h"
#include "model/fused/noise_image.h"
#include "model/untrained.h"

int main() {
  using namespace verger;
  const std::vector<float> tensor = fused::noise_image(0);
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
