// SPDX-License-Identifier: Apache-2.0
#include "verger/extractor.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace verger {
namespace {

std::vector<uint8_t> photograph(const std::string& name) {
  std::ifstream file(std::string(VERGER_SOURCE_DIR) + "/tests/golden/pixels/" + name,
                     std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

class ExtractorTest : public ::testing::Test {
 protected:
  ExtractorTest()
      : model_(untrained_mobilenet_v2(1, Precision::kF32, 1).value()),
        extractor_(Extractor::create(*model_, {}).value()) {}

  std::unique_ptr<Model> model_;
  std::unique_ptr<Extractor> extractor_;
};

TEST_F(ExtractorTest, ReadsAndInfers) {
  const auto file = photograph("jpeg-100x100.jpg");
  std::vector<float> features(1280);
  const auto rejection = extractor_->extract(file, features);
  ASSERT_TRUE(rejection.ok() && !*rejection);

  const auto stream = std::move(model_->open_stream().value());
  ASSERT_FALSE(ImageReader({}).read(file, stream->input()));
  std::vector<float> expected(1280);
  ASSERT_TRUE(stream->infer(expected).ok());
  EXPECT_EQ(features, expected);
}

TEST_F(ExtractorTest, ABadImageIsRejectedAndLeavesNothingToTheNext) {
  const auto first = photograph("jpeg-100x100.jpg");
  const auto second = photograph("jpeg-15x17.jpg");
  std::vector<float> expected(1280);
  std::vector<float> features(1280);
  ASSERT_TRUE(extractor_->extract(second, expected).ok());
  ASSERT_TRUE(extractor_->extract(first, features).ok());
  ASSERT_NE(features, expected);

  const auto rejection = extractor_->extract(std::vector<uint8_t>{'n', 'o'}, features);
  ASSERT_TRUE(rejection.ok() && *rejection);
  EXPECT_EQ((*rejection)->reason, RejectReason::kNotAnImage);
  EXPECT_FALSE((*rejection)->message.empty());

  ASSERT_TRUE(extractor_->extract(second, features).ok());
  EXPECT_EQ(features, expected);
}

TEST_F(ExtractorTest, TimesCountEveryImage) {
  std::vector<float> features(1280);
  ASSERT_TRUE(extractor_->extract(photograph("jpeg-100x100.jpg"), features).ok());
  EXPECT_GT(extractor_->times().read_ns, 0);
  ASSERT_TRUE(extractor_->extract({}, features).ok());
  EXPECT_EQ(extractor_->times().images, 2);
}

TEST_F(ExtractorTest, OptionsReachTheReader) {
  const auto extractor = Extractor::create(*model_, {.max_pixels = 9999}).value();
  std::vector<float> features(1280);
  const auto rejection = extractor->extract(photograph("jpeg-100x100.jpg"), features);
  ASSERT_TRUE(rejection.ok() && *rejection);
  EXPECT_EQ((*rejection)->reason, RejectReason::kTooLarge);
}

}  // namespace
}  // namespace verger
