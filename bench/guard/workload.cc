// SPDX-License-Identifier: Apache-2.0
// The fixed work whose instructions guard.py counts.
//
//   verger_guard images | network | reduction
//
// Callgrind counts what verger_guard_counted() calls and nothing else, so that making the inputs
// and opening the network are free. Everything is one thread's, and the inputs are the same bits
// each time; the pictures' JPEG bytes are those of the libjpeg in use. Prints the compiler.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "model/fused/backend.h"
#include "model/fused/network.h"
#include "model/untrained.h"
#include "sample/sample.h"
#include "verger/image.h"
#include "verger/pca.h"

// By its plain name, which callgrind is told.
extern "C" [[gnu::noinline]] bool verger_guard_counted(const std::function<bool()>& work) {
  const bool done = work();
  asm volatile("" ::
                   : "memory");  // so that the call is none in tail position, which leaves no trace
  return done;
}

namespace verger {
namespace {

constexpr uint64_t kSeed = 1;
constexpr int kImages = 20;
constexpr int kQuality = 90;
constexpr std::size_t kRows = 512;
constexpr int kWidth = 128;

// Decodes, resizes and normalises every picture.
bool images() {
  std::vector<std::vector<uint8_t>> files;
  for (int i = 0; i < kImages; ++i)
    files.push_back(encode_jpeg(render_fruit(i, i, kSeed), kQuality));
  ImageReader reader(ImageOptions{});
  std::vector<float> tensor(kTensorSize);
  return verger_guard_counted([&] {
    return std::none_of(files.begin(), files.end(),
                        [&](const auto& file) { return reader.read(file, tensor).has_value(); });
  });
}

// One image's features by the AVX2 kernels; valgrind knows no AVX-512.
bool network() {
  const auto supported = fused::supported_kernels();
  if (std::find(supported.begin(), supported.end(), &fused::kAvx2Kernels) == supported.end()) {
    std::fputs("This processor has no AVX2, whose kernels the guard counts.\n", stderr);
    return false;
  }
  const NetworkWeights weights = untrained_weights(kSeed);
  const auto backend = fused::compile(layers_of(weights), fused::kAvx2Kernels);
  if (!backend.ok()) return false;
  const auto stream = std::move((*backend)->open_stream().value());
  uint32_t state = 0;
  for (float& value : stream->input()) {
    state = state * 1'664'525 + 1'013'904'223;
    value = static_cast<float>(state >> 24) / 127.5F - 1.0F;
  }
  std::vector<float> features(kMobileNetV2Width);
  return verger_guard_counted([&] { return stream->infer(features).ok(); });
}

// Moments, the full spectrum, and the projection on the components that keep 95 %.
bool reduction() {
  std::vector<float> rows(kRows * kWidth);
  uint32_t state = 0;
  for (float& value : rows) {
    state = state * 1'664'525 + 1'013'904'223;
    value = static_cast<float>(state >> 8) / 16'777'216.0F;
  }
  return verger_guard_counted([&] {
    Moments moments(kWidth);
    if (!moments.add(rows).ok()) return false;
    const auto model = fit_pca(moments, {.variance = 0.95});
    if (!model.ok()) return false;
    std::vector<double> projected(kRows * static_cast<std::size_t>(model->k));
    project(*model, rows, projected);
    return true;
  });
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  bool done = false;
  if (name == "images") {
    done = verger::images();
  } else if (name == "network") {
    done = verger::network();
  } else if (name == "reduction") {
    done = verger::reduction();
  } else {
    std::fputs("usage: verger_guard images | network | reduction\n", stderr);
    return 2;
  }
  std::puts("compiler " __VERSION__);
  return done ? 0 : 1;
}
