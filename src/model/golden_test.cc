// Features against what Keras and ONNX Runtime computed: tests/golden/features/make_features.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "verger/image.h"
#include "verger/model.h"

namespace verger {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr double kTolerance = 2e-5;  // of the largest feature

std::string golden_path(const std::string& name) {
  return std::string(VERGER_SOURCE_DIR) + "/tests/golden/features/" + name;
}

std::vector<uint8_t> golden_file(const std::string& name) {
  std::ifstream file(golden_path(name), std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json golden() { return nlohmann::json::parse(golden_file("features.json")); }

// The formula of synthetic_image() in make_features.py.
void fill_synthetic(int number, std::span<float> tensor) {
  std::size_t i = 0;
  for (int row = 0; row < kImageSide; ++row) {
    for (int column = 0; column < kImageSide; ++column) {
      for (int channel = 0; channel < 3; ++channel) {
        const int squares = (row / (8 + number)) * (column / 8) * 37;
        const int slopes = row * (2 + number) + column * (1 + channel);
        const int value = (slopes + squares + row * column / 32) % 256;
        tensor[i++] = static_cast<float>(value) / 127.5F - 1.0F;
      }
    }
  }
}

std::vector<float> features_of(const Model& model, int image) {
  auto stream = model.open_stream();
  EXPECT_TRUE(stream.ok());
  fill_synthetic(image, (*stream)->input());
  std::vector<float> features(static_cast<std::size_t>(model.info().width));
  EXPECT_TRUE((*stream)->infer(features).ok());
  return features;
}

TEST(Golden, FeaturesAreKerass) {
  const nlohmann::json keras = golden()["keras"];
  const auto model = untrained_mobilenet_v2(keras["seed"], Precision::kF32, 1);
  ASSERT_TRUE(model.ok()) << model.error().message();
  ASSERT_EQ((*model)->info().weights_sha256, keras["weights_sha256"].get<std::string>());
  const std::size_t first = keras["first"];
  const std::size_t step = keras["step"];
  for (std::size_t image = 0; image < keras["images"].size(); ++image) {
    const nlohmann::json& expected = keras["images"][image];
    const auto features = features_of(**model, static_cast<int>(image));
    const double largest = expected["max"];
    const double bound = kTolerance * largest;
    EXPECT_NEAR(*std::max_element(features.begin(), features.end()), largest, bound);
    double sum = 0;
    for (const float feature : features) sum += feature;
    EXPECT_NEAR(sum / static_cast<double>(features.size()), expected["mean"], bound);
    ASSERT_EQ(expected["features"].size(), (features.size() - first + step - 1) / step);
    for (std::size_t i = 0; i < expected["features"].size(); ++i) {
      EXPECT_NEAR(features[first + i * step], expected["features"][i], bound) << image << " " << i;
    }
  }
}

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
      EXPECT_NEAR(features[i], expected[image][i], kTolerance * largest) << image << " " << i;
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
