// SPDX-License-Identifier: Apache-2.0
#include "crew/order.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

#include "verger/moments.h"

namespace verger {
namespace {

using nlohmann::json;
using testing::HasSubstr;

PartInfo part(const std::string& name) {
  return {.name = name, .rows = 3, .bytes = 40, .sha256 = "ab"};
}

ShardManifest manifest() {
  ShardManifest manifest;
  manifest.shard = {.number = 7, .begin = 10, .end = 13};
  manifest.counts = {.listed = 3, .features = 3, .rejected = 0, .rejected_by_reason = {}};
  manifest.features = part("features/part-00007-u-c000.snappy.parquet");
  manifest.inputs = part("_verger/inputs/00007.parquet");
  return manifest;
}

GroupFindings findings() {
  GroupFindings findings;
  findings.first = 7;
  findings.begin = 10;
  findings.end = 13;
  findings.gap = gap_at(8);
  findings.file_fault = "features/x.parquet is missing or unreadable";
  findings.counts = manifest().counts;
  findings.files = 2;
  findings.features = {.rows = 3, .bytes = 40, .parts = {"features/x.parquet"}};
  return findings;
}

Order order() {
  Order order{.name = order_name("extract", 7),
              .attempt = 2,
              .input = "file:///a%20b",
              .output = "s3://bucket/key",
              .typed_input = "../a b",
              .typed_output = "s3a://bucket/key/",
              .storage = {},
              .layout = Layout::kNotebook,
              .uuid = "u",
              .mark = "m",
              .lease = "token",
              .work = ExtractOrder()};
  order.storage.s3_endpoint = "http://127.0.0.1:9000";
  order.storage.s3_anonymous = true;
  order.storage.s3_requester_pays = true;
  return order;
}

void expect_same_when_read(const Order& order) {
  const auto read = Order::parse(json::parse(line_of(order.to_json())));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->to_json(), order.to_json());
  EXPECT_STREQ(read->stage(), order.stage());
}

TEST(Order, OfEachStageIsReadAsItWasWritten) {
  Order extract = order();
  auto& work = extract.work.emplace<ExtractOrder>();
  work.image = {.max_pixels = 9, .exif_orientation = true, .fast_decode = true};
  work.strict = true;
  work.input.image_column = "photo";
  work.input.label_column = "kind";
  work.network.weights = "untrained:7";
  work.network.precision = Precision::kBf16;
  work.network_sha256 = "n";
  work.options_sha256 = "o";
  work.shard = {.number = 7, .begin = 10, .end = 13};
  work.plan = part("_verger/plan/00007-u.parquet");
  OrderedModel& projection = work.projection.emplace();
  projection.prefix = "u-";
  projection.sha256 = "s";
  ExtractOrder::Rewrite& rewrite = work.rewrite.emplace();
  rewrite.manifest = manifest();
  rewrite.rows = "kcr";
  expect_same_when_read(extract);
  EXPECT_EQ(extract.name, "extract-00007");
  Order moments = order();
  moments.work =
      MomentsOrder{.number = 1, .width = 1280, .members = {{.features = "features/x.parquet"}}};
  expect_same_when_read(moments);
  moments.work =
      MomentsOrder{.merge = true,
                   .number = 1025,
                   .width = 1280,
                   .members = {{.features = "", .file = part("_verger/moments/00000.moments")},
                               {.features = "features/x.parquet"}}};
  expect_same_when_read(moments);
  EXPECT_STREQ(moments.stage(), "merge");
  Order project = order();
  project.work = ProjectOrder{
      .number = 1, .features = "features/x.parquet", .projection = {.prefix = "p", .sha256 = "s"}};
  expect_same_when_read(project);
}

TEST(Order, OfAnInspectionIsReadAsItWasWritten) {
  Order inspect = order();
  inspect.work = InspectOrder{.number = 7,
                              .group = {.manifests = {"_verger/shards/00007.json"},
                                        .files = {{part("pca/part-00007"), true}}}};
  expect_same_when_read(inspect);
}

TEST(Order, OfAnotherProtocolOrFormIsRefused) {
  Order moments = order();
  moments.work = MomentsOrder{.number = 1, .width = 1280, .members = {{.features = "f"}}};
  const json good = moments.to_json();
  const std::vector<std::pair<std::string, json>> changes = {
      {"protocol", 2},
      {"type", "outcome"},
      {"stage", "guess"},
      {"attempt", 1000},
      {"attempt", -1},
      {"number", "one"},
      {"width", 0},
      {"width", Moments::kMaxWidth + 1},
      {"members", json::array({json{{"rows", 3}}})},
      {"storage", nullptr}};
  for (const auto& [field, value] : changes) {
    json bad = good;
    bad[field] = value;
    const auto read = Order::parse(bad);
    ASSERT_FALSE(read.ok()) << field;
    EXPECT_EQ(read.error().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(Order::parse(json()).ok());
  EXPECT_FALSE(Order::parse(json::array()).ok());
}

TEST(Outcome, OfEachKindIsReadAsItWasWritten) {
  OrderEffort effort{.worker = "host:1:2", .times = {.fetch_ns = 4, .bytes = 5}, .cpu_seconds = 1};
  const std::vector<decltype(Outcome::result)> results = {
      Outcome::Extracted{.manifest = manifest(), .features_changed = true},
      Outcome::Reduced{.moments = part("_verger/plan/x.moments")},
      Outcome::Reduced{},
      Outcome::Projected{.part = part("pca/x.parquet")},
      findings(),
      Status::model("It is broken.")};
  for (const auto& result : results) {
    const Outcome outcome{.order = "o", .attempt = 1, .result = result, .effort = effort};
    const auto read = Outcome::parse(json::parse(line_of(outcome.to_json())));
    ASSERT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(read->to_json(), outcome.to_json());
    EXPECT_EQ(read->result.index(), result.index());
  }
  EXPECT_FALSE(Outcome::parse(json{{"type", "outcome"}, {"order", "o"}, {"attempt", 0}}).ok());
}

TEST(Outcome, AnErrorKeepsItsKindAndItsSentence) {
  for (const StatusCode code : {StatusCode::kInvalidArgument, StatusCode::kIo, StatusCode::kModel,
                                StatusCode::kCheckFailed, StatusCode::kCancelled}) {
    const Outcome outcome{
        .order = "o", .attempt = 0, .result = Status(code, "Of \xff bytes."), .effort = {}};
    const auto read = Outcome::parse(json::parse(line_of(outcome.to_json())));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(std::get<Status>(read->result).code(), code);
    EXPECT_THAT(std::get<Status>(read->result).message(), HasSubstr("bytes."));
  }
}

}  // namespace
}  // namespace verger
