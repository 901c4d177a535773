// SPDX-License-Identifier: Apache-2.0
// The steps from a JPEG's bytes to the tensor, one by one and together, on a 100 × 100 picture like
// those of Fruits-360. Whether fast and plain code agree is checked first.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "image/decode.h"
#include "image/plain_resize.h"
#include "image/resize.h"
#include "image/test_images.h"

namespace verger {
namespace {

constexpr int kSide = 100;

const RgbImage& picture() {
  static const RgbImage image = make_picture(kSide, kSide);
  return image;
}

const std::vector<uint8_t>& jpeg() {
  static const std::vector<uint8_t> file = make_jpeg(picture());
  return file;
}

void read(benchmark::State& state) {
  ImageReader reader(ImageOptions{});
  std::vector<float> tensor(kTensorSize);
  for (auto _ : state) {
    if (reader.read(jpeg(), tensor)) state.SkipWithError("rejected");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(read)->Name("read/jpeg")->Unit(benchmark::kMicrosecond);

void decode(benchmark::State& state) {
  RgbImage image;
  for (auto _ : state) {
    if (decode_into(jpeg(), {}, image)) state.SkipWithError("rejected");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(decode)->Name("decode/jpeg")->Unit(benchmark::kMicrosecond);

void decode_from_png(benchmark::State& state) {
  const std::vector<uint8_t> png = make_png(picture());
  RgbImage image;
  for (auto _ : state) {
    if (decode_into(png, {}, image)) state.SkipWithError("rejected");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(decode_from_png)->Name("decode/png")->Unit(benchmark::kMicrosecond);

// From a square of the given side.
void resize(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  const RgbImage image = make_picture(side, side);
  const std::size_t size = 3 * static_cast<std::size_t>(side);
  std::vector<uint8_t> resized(kTensorSize);
  Resizer resizer;
  for (auto _ : state) {
    resizer.start({side, side}, 1, {kImageSide, kImageSide}, resized.data());
    for (std::size_t at = 0; at < image.pixels.size(); at += size) {
      std::memcpy(resizer.next_row(), &image.pixels[at], size);
      resizer.push_row();
    }
    benchmark::ClobberMemory();
  }
}
BENCHMARK(resize)->Name("resize")->Arg(kSide)->Arg(500)->Arg(2000)->Unit(benchmark::kMicrosecond);

// Each kernel of the horizontal pass, on a batch of rows of the given width.
void filter_rows(benchmark::State& state, const RowKernel& kernel) {
  const int width = static_cast<int>(state.range(0));
  const RowFilter filter(ResampleWeights({width, kImageSide}), kernel);
  RowBuffer from;
  RowBuffer to;
  from.resize(RowFilter::kBatch, 3 * static_cast<std::size_t>(width) + RowFilter::kPadding);
  to.resize(RowFilter::kBatch, std::size_t{3} * kImageSide + RowFilter::kPadding);
  for (auto _ : state) {
    filter.filter({from.row(0), from.stride()}, RowFilter::kBatch, {to.row(0), to.stride()});
    benchmark::ClobberMemory();
  }
}

void register_row_kernels() {
  for (const RowKernel* const kernel : row_kernels()) {
    const std::string name = "filter_rows/" + std::string(kernel->name);
    benchmark::RegisterBenchmark(name.c_str(), filter_rows, *kernel)
        ->Arg(kSide)
        ->Arg(500)
        ->Arg(4000)
        ->Unit(benchmark::kMicrosecond);
  }
}

void normalise_image(benchmark::State& state) {
  const std::vector<uint8_t> pixels(kTensorSize, 77);
  std::vector<float> tensor(kTensorSize);
  for (auto _ : state) {
    normalise(pixels, tensor);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(normalise_image)->Name("normalise")->Unit(benchmark::kMicrosecond);

// As smooth as a photograph of 12 megapixels is, decoded whole or, with --fast-decode, at a quarter
// of its width.
void read_large(benchmark::State& state) {
  const std::vector<uint8_t> photograph =
      make_jpeg(resize_bicubic(make_picture(400, 300), 4000, 3000));
  ImageReader reader(ImageOptions{.fast_decode = state.range(0) != 0});
  std::vector<float> tensor(kTensorSize);
  for (auto _ : state) {
    if (reader.read(photograph, tensor)) state.SkipWithError("rejected");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(read_large)
    ->Name("read/jpeg_12_megapixels")
    ->ArgName("fast_decode")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

bool answers_agree() {
  const auto decoded = decode_image(jpeg(), {});
  if (!decoded.ok()) return false;
  const RgbImage expected = resize_plainly(*decoded, kImageSide, kImageSide);
  std::vector<float> tensor(kTensorSize);
  if (ImageReader(ImageOptions{}).read(jpeg(), tensor)) return false;
  for (std::size_t i = 0; i < kTensorSize; ++i) {
    if (tensor[i] != static_cast<float>(expected.pixels[i]) / 127.5f - 1.0f) return false;
  }
  return true;
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  if (!verger::answers_agree()) {
    std::fputs("The answers differ.\n", stderr);
    return EXIT_FAILURE;
  }
  verger::register_row_kernels();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return EXIT_SUCCESS;
}
