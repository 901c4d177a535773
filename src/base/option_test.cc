// SPDX-License-Identifier: Apache-2.0
#include "base/option.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/choices.h"
#include "base/option_name.h"
#include "base/run_options.h"

namespace verger {
namespace {

using ::testing::HasSubstr;

TEST(Bounds, AreToldAsPeopleSayThem) {
  EXPECT_EQ((Bounds{.least = 1}.text()), "at least 1");
  EXPECT_EQ((Bounds{.least = 1, .most = 100'000}.text()), "between 1 and 100,000");
  EXPECT_EQ((Bounds{.least = 0, .most = 1, .above = true}.text()), "above 0 and at most 1");
  EXPECT_EQ(Bounds{}.text(), "");
}

TEST(Option, NumbersAreTakenWithinTheirBounds) {
  constexpr OptionDeclaration kParts{.name = "parts", .bounds = {.least = 1, .most = 100'000}};
  int parts = 7;
  const OptionField field = &parts;
  EXPECT_TRUE(set_option(kParts, field, "24").ok());
  EXPECT_EQ(parts, 24);
  for (const char* bad : {"0", "100001", "-1", "99999999999999999999", "4.5", "", "four", "4 "}) {
    const Status status = set_option(kParts, field, bad);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_THAT(status.message(), HasSubstr("parts must be between 1 and 100,000, not ")) << bad;
  }
  EXPECT_EQ(parts, 24);
}

TEST(Option, ANumberThatWasNotSetIsNoneThatMayBeGiven) {
  constexpr OptionDeclaration kCount{.name = "components",
                                     .bounds = {.least = 1, .zero_unset = true}};
  int components = 0;
  EXPECT_TRUE(check_option(kCount, &components).ok());
  EXPECT_FALSE(set_option(kCount, &components, "0").ok());
}

TEST(Option, ChoicesAreTheirNames) {
  Layout layout = Layout::kTables;
  constexpr OptionDeclaration kLayout{.name = "layout"};
  EXPECT_TRUE(set_option(kLayout, named(layout, kLayouts), "notebook").ok());
  EXPECT_EQ(layout, Layout::kNotebook);
  EXPECT_EQ(set_option(kLayout, named(layout, kLayouts), "csv").message(),
            "layout must be tables or notebook, not 'csv'.");
  EXPECT_EQ(option_json(named(layout, kLayouts)), "notebook");
}

TEST(Option, SentencesNameItAsTheirReadersDo) {
  EXPECT_EQ(option_name("max_pixels"), "max_pixels");
  EXPECT_EQ(option_set("format", "tar"), "format='tar'");
  spell_options(Spelling::kFlag);
  EXPECT_EQ(option_name("max_pixels"), "--max-pixels");
  EXPECT_EQ(option_name("INPUT"), "INPUT");
  EXPECT_EQ(option_set("format", "tar"), "--format tar");
  spell_options(Spelling::kKeyword);
}

TEST(Option, TheNearestNameIsNear) {
  const std::array<std::string, 3> names = {"--variance", "--parts", "--threads"};
  EXPECT_EQ(nearest_name("--varaince", names), "--variance");
  EXPECT_EQ(nearest_name("--thread", names), "--threads");
  EXPECT_EQ(nearest_name("--colour", names), "");
}

TEST(RunOptions, EachIsDeclaredOnceAndHelps) {
  std::set<std::string_view> names;
  RunOptions options;
  for (const RunOption& option : run_options()) {
    EXPECT_TRUE(names.insert(option.name).second) << option.name;
    EXPECT_FALSE(option.help.empty() || option.group.empty()) << option.name;
    EXPECT_NE(option.takers, 0) << option.name;
    EXPECT_TRUE(check_option(option, option.field(options)).ok()) << option.name;
  }
}

TEST(RunOptions, APartIsItsOwnOptions) {
  RunOptions options;
  options.image.max_pixels = 7;
  const nlohmann::json image = part_json(options, part_of(options.image));
  EXPECT_EQ(image, (nlohmann::json{
                       {"max_pixels", 7}, {"exif_orientation", false}, {"fast_decode", false}}));
  RunOptions read;
  read_part(read, part_of(read.image), image);
  EXPECT_EQ(read.image.max_pixels, 7);
  EXPECT_ANY_THROW(read_part(read, part_of(read.storage), image));
  EXPECT_EQ(part_json(options, part_of(options.storage)).size(), 8U);
}

TEST(RunOptions, WhatIsRecordedIsReadAgain) {
  RunOptions options;
  options.input.exclude = {"a", "b/c"};
  options.pca.components = 7;
  options.model.precision = Precision::kBf16;
  options.output.layout = Layout::kNotebook;
  options.storage.s3_addressing = "path";
  options.threads = 3;
  options.metrics = "not recorded";
  const RunOptions read = parse_recorded(recorded_json(options));
  EXPECT_EQ(recorded_json(read), recorded_json(options));
  EXPECT_EQ(read.model.precision, Precision::kBf16);
  EXPECT_EQ(read.metrics, "");
  EXPECT_EQ(parse_recorded(nlohmann::json::object()).output.parts, RunOptions{}.output.parts);
  EXPECT_ANY_THROW(static_cast<void>(parse_recorded({{"layout", "csv"}})));
}

}  // namespace
}  // namespace verger
