// SPDX-License-Identifier: Apache-2.0
#include "precision_rates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "model/fused/network.h"
#include "output/records_json.h"
#include "storage/scratch_folder.h"
#include "storage/store.h"

namespace verger::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const fused::Kernels* bf16_kernels() {
  const auto kernels = fused::supported_kernels(Precision::kBf16);
  return kernels.empty() ? nullptr : kernels.front();
}

class PrecisionRates : public ::testing::Test {
 protected:
  std::string cache() const { return folder_.path().string(); }
  json kept() const { return read_json(*store_, "processor.json").value(); }
  void keep(const json& document) {
    ASSERT_TRUE(write_json(*store_, "processor.json", document).ok());
  }

  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
};

TEST_F(PrecisionRates, AreMeasuredOnceAndKept) {
  EXPECT_EQ(slower_than_f32(Precision::kF32, cache()), "");
  EXPECT_FALSE(store_->exists("processor.json").value());
  slower_than_f32(Precision::kBf16, cache());
  if (bf16_kernels() == nullptr) return;
  const json first = kept();
  EXPECT_EQ(first.at("rates").size(), 2U);
  slower_than_f32(Precision::kBf16, cache());
  EXPECT_EQ(kept(), first);
}

// As on an Intel Xeon without AMX, whose vdpbf16ps does half of what its vfmadd231ps does.
TEST_F(PrecisionRates, TellOfAProcessorWhoseBf16IsSlower) {
  slower_than_f32(Precision::kBf16, cache());
  if (bf16_kernels() == nullptr) return;
  json rates = kept();
  rates["rates"] = {{fused::supported_kernels().front()->name, 90.0}, {bf16_kernels()->name, 46.0}};
  keep(rates);
  EXPECT_THAT(slower_than_f32(Precision::kBf16, cache()),
              HasSubstr("is slower than f32 on this processor"));
  EXPECT_THAT(slower_than_f32(Precision::kBf16, cache()), HasSubstr(" 46 "));

  rates["processor"] = "Another";
  keep(rates);
  slower_than_f32(Precision::kBf16, cache());
  EXPECT_NE(kept().at("rates"), rates.at("rates"))
      << "those of another processor count for nothing";
}

TEST_F(PrecisionRates, PassOverACacheThatIsDamaged) {
  keep(json::array());
  slower_than_f32(Precision::kBf16, cache());
  if (bf16_kernels() == nullptr) return;
  EXPECT_EQ(kept().at("rates").size(), 2U);
}

}  // namespace
}  // namespace verger::cli
