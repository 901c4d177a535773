// The fused engine against OpenVINO, and against the processor: milliseconds of CPU an image on one
// thread, contestants in turn in many short rounds; then each block's multiply-adds a second as a
// share of what the processor reaches with registers alone.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

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
constexpr int64_t kPeakLoops = 200'000;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

double timed(const std::function<void()>& work) {
  const double start = cpu_ms();
  work();
  return cpu_ms() - start;
}

// Billions of multiply-adds a second: twelve independent chains in registers, the best of many
// runs.
#if defined(__x86_64__)
#define VERGER_TWELVE(x) x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11)
#define VERGER_FMA512(n) "vfmadd231ps %%zmm30, %%zmm31, %%zmm" #n "\n"
#define VERGER_FMA256(n) "vfmadd231ps %%ymm14, %%ymm15, %%ymm" #n "\n"
#define VERGER_BF16(n) "vdpbf16ps %%zmm30, %%zmm31, %%zmm" #n "\n"
#define VERGER_ZERO(n) "vxorps %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n"
#define VERGER_CLOBBERS \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"
#define VERGER_PEAK(name, instructions)                             \
  void name() {                                                     \
    asm volatile(VERGER_TWELVE(VERGER_ZERO)::: VERGER_CLOBBERS);    \
    for (int64_t i = 0; i < kPeakLoops; ++i) {                      \
      asm volatile(VERGER_TWELVE(instructions)::: VERGER_CLOBBERS); \
    }                                                               \
  }
VERGER_PEAK(peak_avx512, VERGER_FMA512)
VERGER_PEAK(peak_avx2, VERGER_FMA256)
VERGER_PEAK(peak_bf16, VERGER_BF16)

// As many instructions, on tiles that are zero.
void peak_amx() {
  alignas(64) const uint8_t configuration[64] = {
      1,  0, 0,  0, 0,  0,  0,  0,  0,  0,  0,  0,  0, 0, 0, 0, 64, 0, 64, 0, 64, 0,
      64, 0, 64, 0, 64, 0,  64, 0,  64, 0,  0,  0,  0, 0, 0, 0, 0,  0, 0,  0, 0,  0,
      0,  0, 0,  0, 16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0,  0, 0,  0};
  asm volatile("ldtilecfg %0" ::"m"(configuration));
  for (int64_t i = 0; i < 3 * kPeakLoops; ++i) {
    asm volatile(
        "tdpbf16ps %tmm7, %tmm6, %tmm0\n"
        "tdpbf16ps %tmm7, %tmm6, %tmm1\n"
        "tdpbf16ps %tmm7, %tmm6, %tmm2\n"
        "tdpbf16ps %tmm7, %tmm6, %tmm3\n");
  }
  asm volatile("tilerelease");
}
#else
void peak_avx512() {}
void peak_avx2() {}
void peak_bf16() {}
void peak_amx() {}
#endif

// 0 where there is no loop for the kernels.
double peak_of(const fused::Kernels& kernels) {
  struct Peak {
    std::string name;
    void (*loop)();
    double products;
  };
  for (const Peak& peak : {Peak{"AVX-512", peak_avx512, 16}, Peak{"AVX2", peak_avx2, 8},
                           Peak{"AVX512-BF16", peak_bf16, 32}, Peak{"AMX-BF16", peak_amx, 8192},
                           Peak{"AMX-BF16 x3", peak_amx, 8192.0 / 3}}) {
    if (peak.name != kernels.name) continue;
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < kRounds; ++i) best = std::min(best, timed(peak.loop));
    return 12.0 * static_cast<double>(kPeakLoops) * peak.products / best / 1e6;
  }
  return 0;
}

struct Contestant {
  std::string name;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<ModelStream> stream;
  std::vector<double> times;
};

void enter(std::vector<Contestant>& field, const std::string& name,
           Result<std::unique_ptr<Backend>> backend) {
  if (!backend.ok()) return;  // the processor lacks it
  auto stream = std::move((*backend)->open_stream().value());
  std::ranges::copy(fused::noise_image(0), stream->input().begin());
  field.push_back({name, std::move(*backend), std::move(stream), {}});
}

bool contest(const NetworkWeights& weights) {
  std::vector<Contestant> field;
  for (const fused::Kernels* kernels : fused::supported_kernels()) {
    if (kernels == &fused::kPortableKernels) continue;  // a hundred times slower on x86
    enter(field, std::string("verger f32, ") + kernels->name, fused::compile(weights, *kernels));
  }
  for (const Precision precision : {Precision::kF32x3, Precision::kBf16}) {
    for (const fused::Kernels* kernels : fused::supported_kernels(precision)) {
      enter(field, "verger " + std::string(precision_name(precision)) + ", " + kernels->name,
            fused::compile(weights, *kernels));
    }
  }
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    enter(field, "OpenVINO " + std::string(precision_name(precision)),
          compile_openvino(ov::Core(), openvino_mobilenet_v2(weights), precision, 1));
  }
  std::vector<float> features(kMobileNetV2Width);
  for (int round = 0; round < kRounds; ++round) {
    for (Contestant& each : field) {
      for (int i = 0; i < kImagesARound; ++i) {
        bool ok = false;
        each.times.push_back(timed([&] { ok = each.stream->infer(features).ok(); }));
        if (!ok) return false;
      }
    }
  }
  std::puts("CPU ms an image, one thread      min  median");
  for (Contestant& each : field) {
    std::sort(each.times.begin(), each.times.end());
    std::printf("%-28s %7.2f %7.2f\n", each.name.c_str(), each.times.front(),
                each.times[each.times.size() / 2]);
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

void roofline(const NetworkWeights& weights, const fused::Kernels& kernels) {
  const fused::Network network(weights, kernels);
  fused::Workspace workspace = network.make_workspace();
  const std::vector<float> tensor = fused::noise_image(0);
  std::vector<float> features(kMobileNetV2Width);
  const std::vector<double> millions = products(network.parts());
  std::vector<double> best(millions.size(), std::numeric_limits<double>::max());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t part = 0; part < best.size(); ++part) {
      best[part] = std::min(best[part], timed([&] {
                              network.run_part(kernels, static_cast<int>(part), tensor.data(),
                                               workspace, features.data());
                            }));
    }
  }
  const double peak = peak_of(kernels);
  std::printf("\n%s: %.1f billion multiply-adds a second at most\n", kernels.name, peak);
  std::puts("part        million      ms  of the peak");
  double all_millions = 0;
  double all_ms = 0;
  for (std::size_t part = 0; part < best.size(); ++part) {
    const std::string name = part + 1 == best.size() ? "head" : "block " + std::to_string(part);
    std::printf("%-10s %8.2f %7.3f %8.0f %%\n", name.c_str(), millions[part], best[part],
                100 * millions[part] / best[part] / peak);
    all_millions += millions[part];
    all_ms += best[part];
  }
  std::printf("%-10s %8.2f %7.3f %8.0f %%\n", "sum", all_millions, all_ms,
              100 * all_millions / all_ms / peak);
}

}  // namespace
}  // namespace verger

int main() {
  const verger::NetworkWeights weights = verger::untrained_weights(verger::kSeed);
  if (!verger::contest(weights)) return 1;
  for (const auto* kernels : verger::fused::supported_kernels()) {
    if (kernels != &verger::fused::kPortableKernels) verger::roofline(weights, *kernels);
  }
  for (const auto precision : {verger::Precision::kF32x3, verger::Precision::kBf16}) {
    for (const auto* kernels : verger::fused::supported_kernels(precision)) {
      verger::roofline(weights, *kernels);
    }
  }
  return 0;
}
