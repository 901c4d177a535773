// SPDX-License-Identifier: Apache-2.0
#include "s3/signature.h"

#include <gmock/gmock.h>

#include <cstdint>

#include "base/sha256.h"
#include "s3/percent.h"

namespace verger {
namespace {

using testing::EndsWith;

// The worked examples of AWS' "Signature Calculations for the Authorization Header".
constexpr std::string_view kDate = "20130524T000000Z";
const std::string kNothing = sha256_hex({});
const Credentials kExample{.key = "AKIAIOSFODNN7EXAMPLE",
                           .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                           .token = ""};

std::string sign(std::string_view method, std::string_view path, std::string_view query,
                 HeaderList more, const std::string& sha256 = kNothing) {
  more.emplace_back("host", "examplebucket.s3.amazonaws.com");
  more.emplace_back("x-amz-content-sha256", sha256);
  more.emplace_back("x-amz-date", kDate);
  return authorization(
      {.method = method, .path = path, .query = query, .headers = more, .sha256 = sha256}, kExample,
      "us-east-1", kDate);
}

TEST(Signature, IsThatOfTheExampleOfGet) {
  EXPECT_EQ(sign("GET", "/test.txt", "", {{"range", "bytes=0-9"}}),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Signature, IsThatOfTheExampleOfPut) {
  const std::string body = "Welcome to Amazon S3.";
  const std::string sha256 =
      sha256_hex({reinterpret_cast<const uint8_t*>(body.data()), body.size()});
  EXPECT_THAT(sign("PUT", "/" + percent_encode("test$file.text"), "",
                   {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                    {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                   sha256),
              EndsWith("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(Signature, IsThatOfTheExamplesWithAQuery) {
  EXPECT_THAT(sign("GET", "/", "lifecycle=", {}),
              EndsWith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  EXPECT_THAT(sign("GET", "/", "max-keys=2&prefix=J", {}),
              EndsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(Signature, TellsTheTimeInUtc) { EXPECT_EQ(amz_date(1'369'353'600), kDate); }

TEST(Percent, EncodesAllButWhatIsSafe) {
  EXPECT_EQ(percent_encode("a b+c%/é~-_."), "a%20b%2Bc%25%2F%C3%A9~-_.");
  EXPECT_EQ(percent_encode("a//./..", "/"), "a//./..");
}

TEST(Percent, DecodesWhatServersEncode) {
  EXPECT_EQ(form_decode("a+b%2Bc%25%c3%A9%01"), "a b+c%\u00e9\x01");
  for (const char* bad : {"%", "%2", "a%", "%2x", "%x2"}) EXPECT_FALSE(form_decode(bad)) << bad;
}

}  // namespace
}  // namespace verger
