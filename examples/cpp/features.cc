// SPDX-License-Identifier: Apache-2.0
// features PHOTOGRAPH [WEIGHTS.h5]: the features of a photograph, one a line; without Keras'
// weights untrained ones, whose features mean nothing.
#include <verger/extractor.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

std::vector<uint8_t> read(const char* name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int fail(const std::string& message) {
  std::fprintf(stderr, "features: %s\n", message.c_str());
  return 1;
}

int main(int argc, char** argv) {
  if (argc < 2) return fail("usage: features PHOTOGRAPH [WEIGHTS.h5]");
  constexpr auto kPrecision = verger::Precision::kF32;
  const auto weights = argc > 2 ? read(argv[2]) : std::vector<uint8_t>();
  const auto model = argc > 2 ? verger::load_mobilenet_v2({argv[2], weights}, kPrecision, 1)
                              : verger::untrained_mobilenet_v2(7, kPrecision, 1);
  if (!model.ok()) return fail(model.error().message());
  auto extractor = verger::Extractor::create(**model, verger::ImageOptions());
  if (!extractor.ok()) return fail(extractor.error().message());

  std::vector<float> features(static_cast<std::size_t>((*model)->info().width));
  const auto rejected = (*extractor)->extract(read(argv[1]), features);
  if (!rejected.ok()) return fail(rejected.error().message());
  if (*rejected) return fail((*rejected)->message);
  for (const float feature : features) std::printf("%.9g\n", feature);
  return 0;
}
