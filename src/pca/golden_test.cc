// SPDX-License-Identifier: Apache-2.0
// Against scikit-learn's answers in tests/golden/reduction, which make_golden.py writes there.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "pca/test_rows.h"
#include "verger/pca.h"

namespace verger {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

TEST(GoldenTest, TheReductionIsScikitLearns) {
  std::ifstream file(VERGER_SOURCE_DIR "/tests/golden/reduction/golden.json");
  const auto golden = nlohmann::json::parse(file);
  const auto doubles = [&](const char* key) { return golden[key].get<std::vector<double>>(); };
  const auto rows = golden["features"].get<std::vector<float>>();
  const auto width = golden["width"].get<std::size_t>();

  const auto model = fit_pca(moments_of(rows, width), {.variance = golden["variance"]});
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->k, golden["k"].get<int>());
  EXPECT_THAT(model->mean, Pointwise(DoubleNear(1e-12), doubles("mean")));
  EXPECT_THAT(model->deviation, Pointwise(DoubleNear(1e-12), doubles("deviation")));
  EXPECT_THAT(model->eigenvalues, Pointwise(DoubleNear(1e-12), doubles("eigenvalues")));
  EXPECT_THAT(model->components, Pointwise(DoubleNear(1e-12), doubles("components")));
  std::vector<double> projected(doubles("projected").size());
  project(*model, rows, projected);
  EXPECT_THAT(projected, Pointwise(DoubleNear(1e-12), doubles("projected")));
}

}  // namespace
}  // namespace verger
