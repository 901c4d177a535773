// SPDX-License-Identifier: Apache-2.0
#include "model/fused/network.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "model/fused/backend.h"
#include "model/fused/kernels_fixture.h"
#include "model/fused/noise_image.h"
#include "model/untrained.h"
#include "verger/image.h"

namespace verger::fused {
namespace {

using Features = std::vector<float>;

// SHA-256 of the features of noise_image(0) under untrained_weights(5): on every processor.
constexpr const char* kFeaturesSha256 =
    "5972bf2900065de8776691a8a9490bf2b93efeeecc17d6991399d18d82f85630";

const Network& network(const Kernels& kernels) {
  static std::map<const Kernels*, Network> networks;
  const auto known = networks.find(&kernels);
  if (known != networks.end()) return known->second;
  return networks.emplace(&kernels, packed_network(untrained_weights(5), kernels)).first->second;
}

Features features_of(const Kernels& kernels, const float* tensor, Workspace& workspace) {
  Features features(kMobileNetV2Width);
  network(kernels).run(kernels, tensor, workspace, features.data());
  return features;
}

std::string sha256_of(const Features& features) {
  return sha256_hex(
      {reinterpret_cast<const uint8_t*>(features.data()), features.size() * sizeof(float)});
}

TEST(FusedNetwork, FeaturesHaveTheSameBitsOnEveryProcessor) {
  const auto tensor = noise_image(0);
  for (const Kernels* kernels : supported_kernels()) {
    Workspace workspace = network(*kernels).make_workspace();
    EXPECT_EQ(sha256_of(features_of(*kernels, tensor.data(), workspace)), kFeaturesSha256)
        << kernels->name;
  }
}

// What a workspace held before, and where the tensors start, changes nothing.
TEST(FusedNetwork, NeedsNoAlignmentAndNoCleanWorkspace) {
  const auto tensor = noise_image(0);
  for (const Kernels* kernels : supported_kernels()) {
    if (kernels == &kPortableKernels && supported_kernels().size() > 1) continue;  // slow
    Workspace workspace = network(*kernels).make_workspace();
    std::fill_n(workspace.memory.data(), workspace.memory.size(),
                std::numeric_limits<float>::quiet_NaN());
    for (std::size_t shift = 1; shift < 16; shift += 7) {
      std::vector<float> moved(shift + kTensorSize);
      std::copy(tensor.begin(), tensor.end(), moved.begin() + static_cast<std::ptrdiff_t>(shift));
      Features features(shift + kMobileNetV2Width);
      network(*kernels).run(*kernels, moved.data() + shift, workspace, features.data() + shift);
      features.erase(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(shift));
      EXPECT_EQ(sha256_of(features), kFeaturesSha256) << kernels->name << " " << shift;
    }
  }
}

struct Errand {
  const float* tensor;
  Workspace* workspace;
  Features features;
};

TEST(FusedNetwork, RunsOnASmallStack) {
  const auto tensor = noise_image(0);
  Workspace workspace = network(*supported_kernels().front()).make_workspace();
  Errand errand{tensor.data(), &workspace, Features(kMobileNetV2Width)};
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  // ARM's least is 128 KiB.
  const long stack = std::max<long>(64L << 10, PTHREAD_STACK_MIN);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, static_cast<std::size_t>(stack)), 0);
  pthread_t thread{};
  const auto run = [](void* argument) -> void* {
    auto& own = *static_cast<Errand*>(argument);
    const Kernels& kernels = *supported_kernels().front();
    network(kernels).run(kernels, own.tensor, *own.workspace, own.features.data());
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &errand), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(sha256_of(errand.features), kFeaturesSha256);
}

TEST(FusedNetwork, NaNInTheImageIsSeenInTheFeatures) {
  auto tensor = noise_image(0);
  tensor[kTensorSize / 2] = std::numeric_limits<float>::quiet_NaN();
  for (const Kernels* kernels : supported_kernels()) {
    Workspace workspace = network(*kernels).make_workspace();
    const Features features = features_of(*kernels, tensor.data(), workspace);
    EXPECT_TRUE(std::any_of(features.begin(), features.end(), [](float f) {
      return std::isnan(f);
    })) << kernels->name;
  }
}

TEST(FusedBackend, RefusesWeightsThatOverflowWhenFolded) {
  NetworkWeights weights = untrained_weights(5);
  weights[9][kGamma][3] = std::numeric_limits<float>::max();
  weights[9][kMovingMean][3] = -1000;
  const auto backend = compile(layers_of(weights), Precision::kF32);
  ASSERT_FALSE(backend.ok());
  EXPECT_EQ(backend.error().code(), StatusCode::kModel);
}

// The layers one after another in plain loops, with the channel innermost as in Keras.
std::vector<float> convolve(const ConvLayer& layer, const FoldedConv& conv, int side,
                            const std::vector<float>& in) {
  const int out_side = side / layer.stride;
  std::vector<float> out;
  for (int place = 0; place < out_side * out_side; ++place) {
    for (int c = 0; c < layer.out_channels; ++c) {
      float sum = conv.bias[static_cast<std::size_t>(c)];
      for (int tap = 0; tap < layer.kernel_side * layer.kernel_side; ++tap) {
        const int y = place / out_side * layer.stride + tap / layer.kernel_side - layer.pad_begin();
        const int x = place % out_side * layer.stride + tap % layer.kernel_side - layer.pad_begin();
        if (y < 0 || y >= side || x < 0 || x >= side) continue;
        const int inputs = layer.depthwise ? 1 : layer.in_channels;
        for (int i = 0; i < inputs; ++i) {
          const int channel = layer.depthwise ? c : i;
          const int weight = (tap * inputs + i) * layer.out_channels + c;
          sum = std::fma(in[static_cast<std::size_t>((y * side + x) * layer.in_channels + channel)],
                         conv.kernel[static_cast<std::size_t>(weight)], sum);
        }
      }
      out.push_back(layer.relu6 ? std::clamp(sum, 0.0F, 6.0F) : sum);
    }
  }
  return out;
}

TEST(FusedNetwork, IsTheLayersInPlainLoops) {
  const NetworkWeights weights = untrained_weights(5);
  std::vector<std::vector<float>> outputs;
  std::vector<float> last = noise_image(0);
  int side = kImageSide;
  const auto layers = mobilenet_v2_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    last = convolve(layers[i], fold_batch_norm(layers[i], weights[i]), side, last);
    side /= layers[i].stride;
    if (layers[i].residual >= 0) {
      const auto& added = outputs[static_cast<std::size_t>(layers[i].residual)];
      std::transform(last.begin(), last.end(), added.begin(), last.begin(), std::plus<>());
    }
    outputs.push_back(last);
  }
  Features features(kMobileNetV2Width);
  for (std::size_t i = 0; i < last.size(); ++i) features[i % kMobileNetV2Width] += last[i];
  for (float& feature : features) feature /= 49;
  EXPECT_EQ(sha256_of(features), kFeaturesSha256);
}

}  // namespace
}  // namespace verger::fused
