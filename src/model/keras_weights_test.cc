// SPDX-License-Identifier: Apache-2.0
#include "model/keras_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "model/hdf5_file.h"
#include "model/keras_fixture.h"
#include "model/untrained.h"

namespace verger {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const NetworkWeights& weights() {
  static const NetworkWeights weights = untrained_weights(5);
  return weights;
}

Result<NetworkWeights> read(const std::vector<uint8_t>& bytes) {
  return read_keras_weights({"folder/some.h5", bytes});
}

std::vector<FixtureArray> arrays() {
  return keras_arrays(weights(), KerasLayout::kKeras2Weights, /*with_top=*/false);
}

FixtureArray& find(std::vector<FixtureArray>& arrays, const std::string& path) {
  return *std::find_if(arrays.begin(), arrays.end(), [&](auto& a) { return a.path == path; });
}

// The message of the error that reading must give.
std::string error_of(const std::vector<uint8_t>& bytes) {
  const auto result = read(bytes);
  if (result.ok()) return "no error";
  EXPECT_EQ(result.error().code(), StatusCode::kModel);
  return result.error().message();
}

class EveryLayout : public ::testing::TestWithParam<std::tuple<KerasLayout, bool>> {};

TEST_P(EveryLayout, GivesTheSameWeights) {
  const auto [layout, with_top] = GetParam();
  const auto result = read(write_hdf5(keras_arrays(weights(), layout, with_top)));
  ASSERT_TRUE(result.ok()) << result.error().message();
  EXPECT_EQ(*result, weights());
}

INSTANTIATE_TEST_SUITE_P(
    Keras, EveryLayout,
    ::testing::Combine(::testing::Values(KerasLayout::kKeras2Weights, KerasLayout::kKeras2Model,
                                         KerasLayout::kKeras3Model, KerasLayout::kKeras3Weights,
                                         KerasLayout::kCheckpoint),
                       ::testing::Bool()));

TEST(KerasWeights, ScopesThatKerasMadeUniqueAreRead) {
  auto file = arrays();
  find(file, "Conv1/Conv1/kernel:0").path = "Conv1/Conv1_7/kernel:0";
  EXPECT_TRUE(read(write_hdf5(file)).ok());
}

TEST(KerasWeights, FilesOfAnotherKindAreTold) {
  EXPECT_THAT(error_of({}), HasSubstr("is empty"));
  EXPECT_THAT(error_of({'P', 'K', 3, 4, 0, 0}), HasSubstr("model.save_weights("));
  EXPECT_THAT(
      error_of(std::vector<uint8_t>(3000, 'x')),
      AllOf(StartsWith("'folder/some.h5' is not an HDF5 file"), HasSubstr("given by model)")));
}

TEST(KerasWeights, TruncatedFilesAreDamaged) {
  const auto bytes = write_hdf5(arrays());
  for (const std::size_t size : {8ul, 96ul, 2048ul, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_THAT(error_of({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}),
                AllOf(HasSubstr("damaged"), HasSubstr("fetch it again")))
        << size;
  }
}

TEST(KerasWeights, MissingLayersAreNamed) {
  auto file = arrays();
  std::erase_if(file, [](const auto& a) { return a.path.starts_with("block_16_project_BN"); });
  EXPECT_THAT(error_of(write_hdf5(file)),
              AllOf(HasSubstr("is not MobileNetV2 1.0"),
                    HasSubstr("lacks the gamma of layer block_16_project_BN and 3 more")));
}

TEST(KerasWeights, OfAnotherNetworkNothingIsFound) {
  EXPECT_THAT(error_of(write_hdf5({{"conv1_conv/conv1_conv/kernel:0", {2}, {1, 2}}})),
              HasSubstr("lacks the kernel of layer Conv1 and 259 more variables"));
}

TEST(KerasWeights, WrongShapesAreNamed) {
  auto file = arrays();
  FixtureArray& kernel = find(file, "Conv1/Conv1/kernel:0");
  kernel.shape = {3, 3, 3, 16};
  EXPECT_THAT(error_of(write_hdf5(file)), HasSubstr("(3, 3, 3, 16), not (3, 3, 3, 32)"));
}

TEST(KerasWeights, AVariableGivenTwiceIsAFault) {
  auto file = arrays();
  file.push_back(find(file, "Conv1/Conv1/kernel:0"));
  file.back().path = "other/Conv1/kernel:0";
  EXPECT_THAT(error_of(write_hdf5(file)), HasSubstr("kernel of layer Conv1 twice"));
}

TEST(KerasWeights, ValuesThatNoTrainingLeavesAreFaults) {
  auto file = arrays();
  auto& values = find(file, "block_3_expand_BN/block_3_expand_BN/beta:0").values;
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    values.back() = bad;
    EXPECT_THAT(error_of(write_hdf5(file)),
                HasSubstr("NaN or infinity in layer block_3_expand_BN"));
  }
  file = arrays();
  find(file, "Conv_1_bn/Conv_1_bn/moving_variance:0").values[0] = -1;
  EXPECT_THAT(error_of(write_hdf5(file)), HasSubstr("a negative variance in layer Conv_1_bn"));
}

TEST(KerasWeights, ThreadsMayReadAtOnce) {
  const auto bytes = write_hdf5(arrays());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto result = read(bytes);
      EXPECT_TRUE(result.ok() && *result == weights());
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace verger
