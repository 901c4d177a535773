// SPDX-License-Identifier: Apache-2.0
#include "storage/local_path.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace verger {
namespace {

using testing::HasSubstr;

std::string resolved(const std::string& place) {
  const auto path = local_path(place);
  return path.ok() ? path.value() : path.error().message();
}

TEST(LocalPath, ResolvesDotsAndDoubledSlashesByTheTextAlone) {
  EXPECT_EQ(resolved("/a/./b//c/../d/"), "/a/b/d");
  EXPECT_EQ(resolved("/../a"), "/a");
  EXPECT_EQ(resolved("//a"), "/a");
  EXPECT_EQ(resolved("/"), "/");
  EXPECT_EQ(resolved("/a/.."), "/");
}

TEST(LocalPath, TakesRelativePathsFromTheCurrentFolder) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(resolved("a b/c"), here + "/a b/c");
  EXPECT_EQ(resolved("."), here);
  EXPECT_EQ(resolved("./"), here);
}

TEST(LocalPath, DecodesFileUris) {
  EXPECT_EQ(resolved("file:///a/Pineapple%20Mini"), "/a/Pineapple Mini");
  EXPECT_EQ(resolved("file:///a/Pineapple Mini"), "/a/Pineapple Mini");
  EXPECT_EQ(resolved("file://localhost/a"), "/a");
}

TEST(LocalPath, TakesPathsOfTheTablesLiterally) {
  EXPECT_EQ(resolved("file:/a/100%20.jpg"), "/a/100%20.jpg");
}

TEST(LocalPath, RefusesOtherHostsNulBytesAndNothing) {
  EXPECT_THAT(resolved("file://server/a"), HasSubstr("names the host 'server'"));
  EXPECT_THAT(resolved("file://"), HasSubstr("file:///path"));
  EXPECT_THAT(resolved("file:///a%00b"), HasSubstr("NUL"));
  EXPECT_EQ(local_path("").error().code(), StatusCode::kInvalidArgument);
}

TEST(LocalPath, TellsSchemes) {
  EXPECT_EQ(scheme_of("s3://bucket/key"), "s3");
  EXPECT_EQ(scheme_of("file:///a"), "file");
  EXPECT_EQ(scheme_of("/a/b"), "");
  EXPECT_EQ(scheme_of("a b://c"), "");
}

}  // namespace
}  // namespace verger
