// SPDX-License-Identifier: Apache-2.0
#include "s3/answers.h"

#include <gmock/gmock.h>

#include "s3/xml.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string object(const std::string& key, const std::string& size) {
  return "<Contents><Key>" + key + "</Key><LastModified>2025-01-31T12:00:00.123Z</LastModified>" +
         "<ETag>&quot;e&quot;</ETag><Size>" + size + "</Size></Contents>";
}

std::string page(const std::string& content) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>)"
         R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)" +
         content + "</ListBucketResult>";
}

const std::string kLast = "<IsTruncated>false</IsTruncated>";

TEST(ListPage, HasObjectsAndPrefixes) {
  const auto read = parse_list_page(
      page("<EncodingType>url</EncodingType><Prefix>ignored</Prefix>"
           "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>" +
           object("Test/a+b%2B%C3%A9%01//1.jpg", "7000") + object("Test/", "0") +
           "<CommonPrefixes><Prefix>Test/c+d/</Prefix></CommonPrefixes>"),
      "Test/");
  ASSERT_TRUE(read.ok()) << read.error();
  ASSERT_EQ(read->objects.size(), 2u);
  EXPECT_EQ(read->objects[0].key, "Test/a b+é\x01//1.jpg");
  EXPECT_EQ(read->objects[0].size, 7000);
  EXPECT_EQ(read->objects[0].mtime_ns, 1'738'324'800'123'000'000);
  EXPECT_THAT(read->prefixes, ElementsAre("Test/c d/"));
  EXPECT_EQ(read->next, "a&b");
}

TEST(ListPage, IsTakenLiterallyWhenItIsNotEncoded) {
  const auto read = parse_list_page(page(kLast + object("a+b%20&#38;c", "1")), "");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->objects[0].key, "a+b%20&c");
  EXPECT_EQ(read->next, "");
}

TEST(ListPage, IsNoOtherDocument) {
  for (const std::string& document :
       {std::string(), std::string("<html><body>Please log in.</body></html>"),
        std::string("<ListAllMyBucketsResult/>"), std::string("{\"IsTruncated\": false}"), page(""),
        page("<IsTruncated/>"), page(kLast).substr(0, 120), page(kLast) + "x",
        page(kLast + "<Contents><Key>a</Key></Contents>"), page(kLast + object("a", "many")),
        page("<EncodingType>url</EncodingType>" + kLast + object("%zz", "1")),
        "<!DOCTYPE r [<!ENTITY a \"b\">]>" + page(kLast), "<Error>" + page(kLast) + "</Error>"}) {
    const auto read = parse_list_page(document, "");
    ASSERT_FALSE(read.ok()) << document;
    EXPECT_THAT(read.error(), HasSubstr("no server of S3")) << document;
  }
}

TEST(ListPage, CannotContradictItself) {
  const auto said = [](const std::string& content) {
    return parse_list_page(page(content), "Test/").error();
  };
  EXPECT_THAT(said(kLast + object("Tes", "1")), HasSubstr("'Tes' does not lie there"));
  EXPECT_THAT(said(kLast + object("Test/1.jpg", "-1")), HasSubstr("has -1 bytes"));
  EXPECT_THAT(said("<IsTruncated>true</IsTruncated>"), HasSubstr("more is to come"));
  EXPECT_THAT(said(kLast + "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"),
              StartsWith("the server's answer contradicts itself"));
}

TEST(Xml, IsNotDeeperThanAnswersAre) {
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "<a>";
  EXPECT_FALSE(walk_xml(deep, [](std::string_view, const std::string&) {}));
}

TEST(Complaint, IsOneLineOfPrintableText) {
  const auto complaint = parse_complaint(
      "<Error><Code>NoSuchKey</Code><Message>Gone.&#10;More</Message><Region>eu-west-3</Region>"
      "</Error>");
  EXPECT_EQ(complaint.code, "NoSuchKey");
  EXPECT_EQ(complaint.message, "Gone");
  EXPECT_EQ(complaint.region, "eu-west-3");
  EXPECT_EQ(parse_complaint("<html><body>x</body></html>").code, "");
  EXPECT_EQ(parse_complaint("<Error><Code>x</Code>").code, "");
}

TEST(Upload, IsNamedAndCompleted) {
  EXPECT_EQ(parse_upload_id("<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                            "</InitiateMultipartUploadResult>"),
            "u/1");
  EXPECT_EQ(parse_upload_id("<Error><UploadId>u</UploadId></Error>"), "");
  EXPECT_TRUE(is_completed_upload("<CompleteMultipartUploadResult/>"));
  EXPECT_FALSE(is_completed_upload("<Error><Code>InternalError</Code></Error>"));
  EXPECT_FALSE(is_completed_upload(""));
}

TEST(Times, AreReadInBothForms) {
  EXPECT_EQ(parse_iso_time("2025-01-31T12:00:00Z"), 1'738'324'800'000'000'000);
  EXPECT_EQ(parse_iso_time("2025-01-31T12:00:00.5Z"), 1'738'324'800'500'000'000);
  EXPECT_EQ(parse_http_time("Fri, 31 Jan 2025 12:00:00 GMT"), 1'738'324'800'000'000'000);
  EXPECT_EQ(parse_iso_time("4331-01-31T12:00:00Z"), parse_iso_time("2200-01-31T12:00:00Z"));
  for (const char* bad : {"", "yesterday", "2025-01-31", "2025-01-31T12:00:00"}) {
    EXPECT_FALSE(parse_iso_time(bad)) << bad;
    EXPECT_FALSE(parse_http_time(bad)) << bad;
  }
}

}  // namespace
}  // namespace verger
