// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "output/run_record.h"
#include "output/shard_manifest.h"

namespace verger {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

ShardManifest example_manifest() {
  return {.shard = {.number = 7, .begin = 70, .end = 80},
          .counts = {.listed = 10,
                     .features = 9,
                     .rejected = 1,
                     .rejected_by_reason = {{"truncated", 1}}},
          .inputs_sha256 = "aa",
          .options_sha256 = "bb",
          .model_sha256 = "",
          .features = {.name = "features/p", .rows = 9, .bytes = 123, .sha256 = "cc"},
          .rejected = PartInfo{.name = "rejected/p", .rows = 1, .bytes = 45, .sha256 = "dd"},
          .moments = std::nullopt,
          .pca = std::nullopt,
          .inputs = PartInfo{.name = "_verger/i", .rows = 10, .bytes = 6, .sha256 = "ee"}};
}

RunRecord example_record() {
  RunRecord record;
  record.command = "run";
  record.state = "done";
  record.started = "2025-01-31T12:00:00Z";
  record.input = "file:/in";
  record.output = "file:/out";
  record.options.pca.variance = 0.9;
  record.options.output.layout = Layout::kNotebook;
  record.options.model.precision = Precision::kBf16;
  record.model = ModelInfo{.name = "Net",
                           .weights = "w.h5",
                           .weights_sha256 = "ee",
                           .engine = "Engine 1",
                           .precision = Precision::kBf16,
                           .width = 1280,
                           .untrained = true};
  record.counts = {.listed = 3, .features = 3, .rejected = 0, .rejected_by_reason = {}};
  record.passed_over = {.by_reason = {{"hidden", 2}, {"other-kind", 15}},
                        .kinds = {{".heic", 12}, {".webp", 3}}};
  record.options.input.exclude = {"lost+found", "a/*"};
  record.width = 1280;
  record.reduction =
      RunRecord::Reduction{.k = 2, .count = 3, .below = 0.8, .reached = 0.95, .above = 1.0};
  record.precision_check = RunRecord::PrecisionCheck{
      .images = 3, .lowest_cosine = 0.99, .median_cosine = 0.999, .speed = 1.5};
  record.seconds = {{"extract", 1.5}};
  return record;
}

TEST(ShardManifest, RoundTrips) {
  const ShardManifest manifest = example_manifest();
  const auto parsed = ShardManifest::parse(manifest.to_json());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->to_json(), manifest.to_json());
  EXPECT_EQ(parsed->name(), "_verger/shards/00007.json");
  EXPECT_FALSE(parsed->moments.has_value());
}

TEST(ShardManifest, MayLackItsInputs) {
  json document = example_manifest().to_json();
  document.erase("inputs");
  const auto parsed = ShardManifest::parse(document);
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(parsed->inputs.has_value());
  EXPECT_EQ(parsed->files().size(), 2U);
}

TEST(ShardManifest, AnotherDocumentIsRefusedInASentence) {
  for (const json& wrong :
       {json(nullptr), json::array(), json{{"format", "verger-run"}, {"version", 1}},
        json{{"format", "verger-shard"}, {"version", 2}},
        json{{"format", "verger-shard"}, {"version", 1}, {"shard", "seven"}}}) {
    const auto parsed = ShardManifest::parse(wrong);
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_THAT(parsed.error().message(), HasSubstr("verger-shard"));
  }
}

TEST(RunRecord, RoundTrips) {
  const RunRecord record = example_record();
  const auto parsed = RunRecord::parse(record.to_json());
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  json expected = record.to_json();
  EXPECT_EQ(parsed->to_json(), expected);
  EXPECT_EQ(parsed->options.output.layout, Layout::kNotebook);
}

TEST(RunRecord, UntrainedWeightsAreAWarningInTheFile) {
  EXPECT_THAT(example_record().to_json().at("warning").get<std::string>(), HasSubstr("Untrained"));
  RunRecord trained = example_record();
  trained.model->untrained = false;
  EXPECT_FALSE(trained.to_json().contains("warning"));
}

TEST(RunRecord, DamageIsRefused) {
  for (const char* field : {"options", "model", "counts", "reduction", "seconds"}) {
    json damaged = example_record().to_json();
    damaged[field] = "damaged";
    EXPECT_FALSE(RunRecord::parse(damaged).ok()) << field;
    damaged.erase(field);
    EXPECT_FALSE(RunRecord::parse(damaged).ok()) << field;
  }
}

TEST(ShardManifest, CountsThatNoRunHasAreRefused) {
  for (const json& count : {json(-1), json(1e300), json(int64_t{1} << 54), json(true)}) {
    json damaged = example_manifest().to_json();
    damaged["counts"]["listed"] = count;
    EXPECT_FALSE(ShardManifest::parse(damaged).ok()) << count;
    damaged = example_manifest().to_json();
    damaged["features"]["rows"] = count;
    EXPECT_FALSE(ShardManifest::parse(damaged).ok()) << count;
  }
}

}  // namespace
}  // namespace verger
