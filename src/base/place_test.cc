// SPDX-License-Identifier: Apache-2.0
#include "base/place.h"

#include <gmock/gmock.h>

namespace verger {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CheckNoCredential, RefusesPlacesThatHoldOneWithoutRepeatingIt) {
  for (const char* place :
       {"s3://AKIAKEY:topSECRET@bucket/Test", "s3a://AKIAKEY:top/SECRET@bucket/Test",
        "https://AKIAKEY:topSECRET@host/w.h5", "https://AKIAKEY@host", "s3://AKIAKEY:topSECRET",
        "https://AKIAKEY:top/SECRET@host/w.h5", "gs://AKIAKEY:topSECRET@b"}) {
    const Status status = check_no_credential(place);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << place;
    EXPECT_THAT(status.message(), Not(HasSubstr("AKIAKEY")));
    EXPECT_THAT(status.message(), Not(HasSubstr("SECRET@")));
  }
}

TEST(CheckNoCredential, TakesAllOthers) {
  for (const char* place : {"s3://bucket/a@b:c/1.jpg", "https://host:8443/w.h5", "a/b:c@d", "",
                            "file:///a@b", "untrained:7", "a@b/c://d"}) {
    EXPECT_TRUE(check_no_credential(place).ok()) << place;
  }
}

TEST(PlaceBelow, KeepsTheSpellingOfThePlace) {
  EXPECT_EQ(place_below("Test", "a/1.jpg"), "Test/a/1.jpg");
  EXPECT_EQ(place_below("Test/", "1.jpg"), "Test/1.jpg");
  EXPECT_EQ(place_below("../Test/", ""), "../Test/");
  EXPECT_EQ(place_below("", "1.jpg"), "1.jpg");
  EXPECT_EQ(place_below("/", "1.jpg"), "/1.jpg");
  EXPECT_EQ(place_below("s3a://bucket", "a b.jpg"), "s3a://bucket/a b.jpg");
}

TEST(WrittenPlace, IsAPathForAFileOfThisMachine) {
  EXPECT_EQ(written_place("file:/a b/1.jpg"), "/a b/1.jpg");
  EXPECT_EQ(written_place("file:/"), "/");
  for (const char* place : {"file:///a%20b", "s3://bucket/file:/a", "/file:/a", "file:a", ""}) {
    EXPECT_EQ(written_place(place), place);
  }
}

}  // namespace
}  // namespace verger
