// SPDX-License-Identifier: Apache-2.0
// Gives a fuzz target every input that is kept for it: what libFuzzer starts from, and the cases
// that once failed. Runs in every build, without libFuzzer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "target.h"

namespace {

using Path = std::filesystem::path;

std::vector<Path> kept_inputs() {
  std::vector<Path> files;
  for (const char* folder : {"corpus", "cases"}) {
    const Path path = Path(VERGER_FUZZ_INPUTS) / folder;
    if (!std::filesystem::exists(path)) continue;  // no case was found yet
    for (const auto& file : std::filesystem::directory_iterator(path)) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(const testing::TestParamInfo<Path>& info) {
  std::string name =
      info.param.parent_path().filename().string() + "_" + info.param.filename().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Replay : public testing::TestWithParam<Path> {};

TEST_P(Replay, EndsWell) {
  std::ifstream file(GetParam(), std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  ASSERT_FALSE(file.bad());
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

INSTANTIATE_TEST_SUITE_P(Kept, Replay, testing::ValuesIn(kept_inputs()), name_of);

}  // namespace
