// SPDX-License-Identifier: Apache-2.0
// The fused engine against OpenVINO and XNNPACK, and against the processor: milliseconds of CPU an
// image on one thread, contestants in turn in many short rounds, then each alone, once their
// answers are compared; then each block's multiply-adds a second as a share of what the processor
// reaches with registers alone, and how long its kernels take.
//
// usage: engine_bench [--xnnpack PYTHON WORKER MODEL], where PYTHON has LiteRT, WORKER is
// bench/support/xnnpack_worker.py and MODEL is what xnnpack_model.py makes of kSeed.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "micro/cpu_time.h"
#include "micro/processor_peak.h"
#include "micro/rival_process.h"
#include "model/fused/backend.h"
#include "model/fused/network.h"
#include "model/fused/noise_image.h"
#include "model/openvino/backend.h"
#include "model/openvino/graph.h"
#include "model/untrained.h"
#include "verger/image.h"

namespace verger {
namespace {

constexpr uint64_t kSeed = 20201;
constexpr int kRounds = 100;
constexpr int kImagesARound = 3;
constexpr Precision kPrecisions[] = {Precision::kF32, Precision::kF32x3, Precision::kBf16};

struct Contestant {
  std::string name;
  Precision precision;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<ModelStream> stream;
  std::vector<float> features;
  std::vector<double> in_turn;
  std::vector<double> alone;
  std::unique_ptr<RivalProcess> process = nullptr;  // in place of the backend and its stream

  bool infer(int images, std::vector<double>& times) {
    if (process) return process->infer(images, times);
    bool ok = true;
    for (int i = 0; i < images; ++i) {
      times.push_back(timed([&] { ok = stream->infer(features).ok() && ok; }));
    }
    return ok;
  }
};

void enter(std::vector<Contestant>& field, const std::string& name, Precision precision,
           Result<std::unique_ptr<Backend>> backend) {
  if (!backend.ok()) return;  // the processor lacks it
  auto stream = std::move((*backend)->open_stream().value());
  std::ranges::copy(fused::noise_image(0), stream->input().begin());
  field.push_back({.name = name,
                   .precision = precision,
                   .backend = std::move(*backend),
                   .stream = std::move(stream),
                   .features = std::vector<float>(kMobileNetV2Width),
                   .in_turn = {},
                   .alone = {}});
}

std::vector<Contestant> contestants(const NetworkWeights& weights) {
  std::vector<Contestant> field;
  for (const Precision precision : kPrecisions) {
    const std::string name = " " + std::string(precision_name(precision));
    for (const fused::Kernels* kernels : fused::supported_kernels(precision)) {
      if (kernels == &fused::kPortableKernels) continue;  // a hundred times slower on x86
      enter(field, "verger" + name + ", " + kernels->name, precision,
            fused::compile(layers_of(weights), *kernels));
    }
    if (precision == Precision::kF32x3) continue;  // verger's own
    enter(field, "OpenVINO" + name, precision,
          compile_openvino(ov::Core(), openvino_mobilenet_v2(weights), precision, 1));
  }
  return field;
}

bool enter_rival(std::vector<Contestant>& field, const std::vector<std::string>& command) {
  Contestant rival{.name = "XNNPACK f32",
                   .precision = Precision::kF32,
                   .backend = nullptr,
                   .stream = nullptr,
                   .features = std::vector<float>(kMobileNetV2Width),
                   .in_turn = {},
                   .alone = {}};
  rival.process = RivalProcess::start(command, fused::noise_image(0), rival.features);
  if (!rival.process) {
    std::fputs("engine_bench: XNNPACK's process does not answer\n", stderr);
    return false;
  }
  field.push_back(std::move(rival));
  return true;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  const auto dot = [](const std::vector<float>& x, const std::vector<float>& y) {
    return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  };
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

// In f32 and f32x3 no feature may be further from the first contestant's than a share of the
// largest, in f32x3 twice what photographs may, as this is noise; bf16 rounds too much for that, in
// OpenVINO more than here.
bool answers_agree(std::vector<Contestant>& field) {
  std::vector<double> times;
  for (Contestant& each : field) {
    if (!each.infer(1, times)) return false;
    const std::vector<float>& exact = field.front().features;
    const float largest = *std::ranges::max_element(exact);
    double difference = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      difference = std::max(difference, std::abs(double{each.features[i]} - exact[i]) / largest);
    }
    const bool agrees = each.precision == Precision::kBf16    ? cosine(each.features, exact) >= 0.9
                        : each.precision == Precision::kF32x3 ? difference <= 4e-4
                                                              : difference <= 2e-5;
    if (agrees) continue;
    std::fprintf(stderr, "engine_bench: %s gives other features\n", each.name.c_str());
    return false;
  }
  return true;
}

bool contest(const NetworkWeights& weights, const std::vector<std::string>& rival) {
  std::vector<Contestant> field = contestants(weights);
  if (!rival.empty() && !enter_rival(field, rival)) return false;
  if (!answers_agree(field)) return false;
  for (int round = 0; round < kRounds; ++round) {
    for (Contestant& each : field) {
      if (!each.infer(kImagesARound, each.in_turn)) return false;
    }
  }
  for (Contestant& each : field) {
    if (!each.infer(kRounds * kImagesARound, each.alone)) return false;
  }
  std::puts("CPU ms an image, one thread       in turn           alone");
  std::puts("                               min  median     min  median  cosine to f32");
  for (Contestant& each : field) {
    std::printf("%-28s", each.name.c_str());
    for (std::vector<double>* times : {&each.in_turn, &each.alone}) {
      std::ranges::sort(*times);
      std::printf(" %6.2f  %6.2f", times->front(), (*times)[times->size() / 2]);
    }
    std::printf("  %.9f\n", cosine(each.features, field.front().features));
  }
  return true;
}

// The millions of multiply-adds of each part of the network: those of a block's three convolutions.
std::vector<double> products(int parts) {
  std::vector<double> millions(static_cast<std::size_t>(parts));
  int side = kImageSide;
  const auto layers = mobilenet_v2_layers();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    side /= layers[i].stride;
    millions[i / 3] += static_cast<double>(layers[i].size(kKernel)) * side * side / 1e6;
  }
  return millions;
}

// Milliseconds of one part's kernels: those of its three convolutions (the stem and the head
// expand), and the rest, which is rounding to words and the mean.
enum Kind : std::uint8_t { kExpand, kDepthwise, kProject, kRest, kKinds };
using KindTimes = std::array<double, kKinds>;

// Kernels that add the time of each of their calls to `times`. Those of the first block have a
// place of their own.
template <int kPlace>
struct Watched {
  static inline const fused::Kernels* kernels = nullptr;
  static inline KindTimes* times = nullptr;

  static void lap(Kind kind, const auto& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    (*times)[kind] += took.count();
  }

  static fused::Kernels watch(const fused::Kernels& watched, KindTimes& into) {
    kernels = &watched;
    times = &into;
    fused::Kernels made = watched;
    made.pointwise = [](const fused::Pointwise& job) {
      lap(job.relu6 ? kExpand : kProject, [&] { kernels->pointwise(job); });
    };
    made.stem = [](const fused::Pointwise& job) { lap(kExpand, [&] { kernels->stem(job); }); };
    made.depthwise = [](const fused::Depthwise& job) {
      lap(kDepthwise, [&] { kernels->depthwise(job); });
    };
    made.mean = [](const float* in, std::ptrdiff_t stride, int groups, int places, float* means) {
      lap(kRest, [&] { kernels->mean(in, stride, groups, places, means); });
    };
    if (watched.narrow != nullptr) {
      made.narrow = [](const fused::Narrowing& job) { lap(kRest, [&] { kernels->narrow(job); }); };
    }
    return made;
  }
};

struct PartTimes {
  double ms = std::numeric_limits<double>::max();
  KindTimes kinds = {ms, ms, ms, ms};
};

// The least of many rounds, in which the parts run in order.
std::vector<PartTimes> time_parts(const NetworkWeights& weights, const fused::Kernels& kernels) {
  const fused::Network network =
      std::move(fused::Network::pack(layers_of(weights), kernels).value());
  fused::Workspace workspace = network.make_workspace();
  const std::vector<float> tensor = fused::noise_image(0);
  std::vector<float> features(kMobileNetV2Width);
  const auto run = [&](const fused::Kernels& with, int part) {
    network.run_part(with, part, tensor.data(), workspace, features.data());
  };
  KindTimes kinds{};
  fused::Kernels watched = Watched<0>::watch(kernels, kinds);
  fused::Kernels first;
  if (kernels.first != nullptr) {
    first = Watched<1>::watch(*kernels.first, kinds);
    watched.first = &first;
  }
  std::vector<PartTimes> best(static_cast<std::size_t>(network.parts()));
  for (int round = 0; round < kRounds; ++round) {
    for (int part = 0; part < network.parts(); ++part) {
      double& ms = best[static_cast<std::size_t>(part)].ms;
      ms = std::min(ms, timed([&] { run(kernels, part); }));
    }
    for (int part = 0; part < network.parts(); ++part) {
      kinds = {};
      run(watched, part);
      KindTimes& least = best[static_cast<std::size_t>(part)].kinds;
      for (std::size_t k = 0; k < kKinds; ++k) least[k] = std::min(least[k], kinds[k]);
    }
  }
  return best;
}

void print_part(const std::string& name, double millions, const PartTimes& times, double peak) {
  std::printf("%-10s %8.2f %7.3f %8.0f %%", name.c_str(), millions, times.ms,
              100 * millions / times.ms / peak);
  for (const double ms : times.kinds) std::printf(" %9.3f", ms);
  std::puts("");
}

void roofline(const NetworkWeights& weights, const fused::Kernels& kernels) {
  const std::vector<PartTimes> parts = time_parts(weights, kernels);
  const std::vector<double> millions = products(static_cast<int>(parts.size()));
  const double peak = peak_of(kernels);
  std::printf("\n%s: %.1f billion multiply-adds a second at most\n", kernels.name, peak);
  std::puts("part        million      ms  of the peak   expand depthwise   project      rest");
  PartTimes sum{.ms = 0, .kinds = {}};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const std::string name = part + 1 == parts.size() ? "head" : "block " + std::to_string(part);
    print_part(name, millions[part], parts[part], peak);
    sum.ms += parts[part].ms;
    for (std::size_t k = 0; k < kKinds; ++k) sum.kinds[k] += parts[part].kinds[k];
  }
  print_part("sum", std::reduce(millions.begin(), millions.end()), sum, peak);
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto rival = std::ranges::find(words, "--xnnpack");
  if (rival != words.end() && words.end() - rival < 4) {
    std::fputs("usage: engine_bench [--xnnpack PYTHON WORKER MODEL]\n", stderr);
    return 2;
  }
  std::vector<std::string> command;
  if (rival != words.end()) command.assign(rival + 1, rival + 4);
  const verger::NetworkWeights weights = verger::untrained_weights(verger::kSeed);
  if (!verger::contest(weights, command)) return 1;
  for (const auto precision : verger::kPrecisions) {
    for (const auto* kernels : verger::fused::supported_kernels(precision)) {
      if (kernels != &verger::fused::kPortableKernels) verger::roofline(weights, *kernels);
    }
  }
  return 0;
}
