// SPDX-License-Identifier: Apache-2.0
// ONNX models' features are those that ONNX Runtime computed; other files are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/golden_features.h"

namespace verger {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class GoldenOnnx : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenOnnx, FeaturesAreOnnxRuntimes) {
  const std::string name = GetParam();
  const auto bytes = golden_file(name);
  const auto model = load_onnx({"models/" + name, bytes}, Precision::kF32, 1);
  ASSERT_TRUE(model.ok()) << model.error().message();
  const ModelInfo& info = (*model)->info();
  EXPECT_EQ(info.name, name.substr(0, name.find('.')));
  EXPECT_EQ(info.weights, name);
  EXPECT_EQ(info.width, 5);
  EXPECT_FALSE(info.untrained);
  EXPECT_THAT(info.engine, MatchesRegex("OpenVINO [0-9]+\\.[0-9]+\\.[0-9]+"));
  const nlohmann::json expected = golden()["onnx"][name];
  for (std::size_t image = 0; image < expected.size(); ++image) {
    const auto features = features_of(**model, static_cast<int>(image));
    const double largest = *std::max_element(features.begin(), features.end());
    for (std::size_t i = 0; i < features.size(); ++i) {
      EXPECT_NEAR(features[i], expected[image][i], kGoldenTolerance * largest) << image << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, GoldenOnnx,
                         ::testing::Values("tiny_nchw.onnx", "tiny_nhwc.onnx"));

std::string onnx_error(const std::string& name, const std::vector<uint8_t>& bytes) {
  const auto model = load_onnx({name, bytes}, Precision::kF32, 1);
  if (model.ok()) return "no error";
  EXPECT_EQ(model.error().code(), StatusCode::kModel);
  EXPECT_THAT(model.error().message(),
              AllOf(StartsWith("'" + name + "' "), ::testing::Not(HasSubstr("\n"))));
  return model.error().message();
}

TEST(Onnx, ModelsThatDoNotTurnAnImageIntoAVectorAreRefused) {
  const auto error = [](const std::string& name) { return onnx_error(name, golden_file(name)); };
  EXPECT_THAT(error("two_inputs.onnx"), HasSubstr("has 2 inputs"));
  EXPECT_THAT(error("two_outputs.onnx"), HasSubstr("has 2 outputs"));
  EXPECT_THAT(error("integers.onnx"), HasSubstr("takes u8 images"));
  EXPECT_THAT(error("small_images.onnx"), HasSubstr("must be 1×224×224×3 or 1×3×224×224"));
}

TEST(Onnx, FilesThatAreNoModelsAreRefused) {
  auto truncated = golden_file("tiny_nchw.onnx");
  truncated.resize(truncated.size() / 2);
  for (const auto& bytes : {std::vector<uint8_t>{}, std::vector<uint8_t>(1000, 'x'), truncated}) {
    EXPECT_THAT(onnx_error("model.onnx", bytes), HasSubstr("is not an ONNX model"));
  }
}

}  // namespace
}  // namespace verger
