// SPDX-License-Identifier: Apache-2.0
#include "s3/client.h"

#include <gmock/gmock.h>

#include "s3/s3_error.h"
#include "s3/scripted_clients.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(S3Client, ReadsPartsOverOneConnection) {
  ScriptedServer server([](const std::string&) { return part("2-5/9", "cdef"); });
  const auto client = client_of(server);
  for (int i = 0; i < 3; ++i) {
    std::vector<uint8_t> out(4);
    std::optional<int64_t> total;
    ASSERT_TRUE(client->get("a b+%/é", 2, out, &total).ok());
    EXPECT_EQ(std::string(out.begin(), out.end()), "cdef");
    EXPECT_EQ(total, 9);
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(first_line(server.requests()[0]), "GET /bucket/a%20b%2B%25/%C3%A9 HTTP/1.1");
  EXPECT_THAT(server.requests()[0], HasSubstr("range: bytes=2-5\r\n"));
}

TEST(S3Client, SendsKeysAsTheyAre) {
  ScriptedServer server([](const std::string&) { return http_response("200 OK", "", ""); });
  const auto client = client_of(server);
  for (const char* key : {"a//b", "/a", "a/./b", "a/../b", "a/", "~"}) client->head(key);
  std::vector<std::string> lines;
  for (const auto& request : server.requests()) lines.push_back(first_line(request));
  EXPECT_THAT(lines, ElementsAre("HEAD /bucket/a//b HTTP/1.1", "HEAD /bucket//a HTTP/1.1",
                                 "HEAD /bucket/a/./b HTTP/1.1", "HEAD /bucket/a/../b HTTP/1.1",
                                 "HEAD /bucket/a/ HTTP/1.1", "HEAD /bucket/~ HTTP/1.1"));
}

TEST(S3Client, SaysThatBytesNeverCame) {
  ScriptedServer server([](const std::string&) { return part("0-4/5", "12345"); });
  EXPECT_THAT(s3_cause(get(*client_of(server, 1), 1000)), HasSubstr("fewer than the 1,000"));
}

TEST(S3Client, TakesNoOtherPartForTheOneAskedFor) {
  ScriptedServer server([](const std::string& request) {
    return request.find("key2") == request.npos ? part("1-4/9", "1234")
                                                : http_response("200 OK", "", "0123");
  });
  const auto client = client_of(server);
  EXPECT_THAT(s3_cause(get(*client, 4)), HasSubstr("another part"));
  std::vector<uint8_t> out(4);
  EXPECT_TRUE(client->get("key2", 0, out).ok());
  EXPECT_FALSE(client->get("key2", 2, out).ok());
}

TEST(S3Client, ReadsWholeObjectsByOneRequest) {
  const std::string large(100'000, 'x');
  ScriptedServer server([&](const std::string& request) -> std::string {
    if (request.find("chunked") != request.npos) {
      return "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n";
    }
    const std::string hang_up(ScriptedServer::kHangUp);
    if (request.find("endless") != request.npos) return hang_up + "HTTP/1.1 200 OK\r\n\r\nfour";
    if (request.find("absent") != request.npos) return http_response("404 Not Found", "", "no");
    return http_response("200 OK", "", request.find("empty") != request.npos ? "" : large);
  });
  const auto client = client_of(server);
  std::vector<uint8_t> bytes{1, 2, 3};
  ASSERT_TRUE(client->get_all("large", bytes).ok());
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), large);
  ASSERT_TRUE(client->get_all("chunked", bytes).ok());
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "four");
  ASSERT_TRUE(client->get_all("empty", bytes).ok());
  EXPECT_TRUE(bytes.empty());
  EXPECT_TRUE(client->get_all("absent", bytes).is_absent());
  EXPECT_THAT(s3_cause(client->get_all("endless", bytes)), HasSubstr("does not say its size"));
  EXPECT_THAT(server.requests()[0], Not(HasSubstr("range:")));
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST(S3Client, ForgetsWhatAnAttemptLeft) {
  int attempts = 0;
  ScriptedServer server([&](const std::string&) -> std::string {
    const std::string head = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n";
    return ++attempts == 1 ? std::string(ScriptedServer::kHangUp) + head + "wr" : head + "four";
  });
  std::vector<uint8_t> bytes;
  ASSERT_TRUE(client_of(server, 1)->get_all("k", bytes).ok());
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "four");
  EXPECT_EQ(attempts, 2);
}

TEST(S3Client, SendsAHeaderForEachCondition) {
  ScriptedServer server(
      [](const std::string&) { return http_response("200 OK", "ETag: \"new\"\r\n", ""); });
  const auto client = client_of(server);
  using Kind = Precondition::Kind;
  EXPECT_EQ(client->put("k", {}, {.kind = Kind::kAbsent}).etag(), "\"new\"");
  client->put("k", {}, {.kind = Kind::kVersion, .etag = "\"old\""});
  client->put("k", {});
  EXPECT_THAT(server.requests()[0], HasSubstr("if-none-match: *\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("if-match: \"old\"\r\n"));
  EXPECT_THAT(server.requests()[2], Not(HasSubstr("if-")));
}

// The first answer was lost; that the object stands is its own doing.
TEST(S3Client, KnowsItsOwnObjectAfterALostAnswer) {
  for (const std::string stands : {"body", "else"}) {
    int puts = 0;
    ScriptedServer server([&](const std::string& request) -> std::string {
      if (request.starts_with("HEAD")) {
        return "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nETag: \"e\"\r\n\r\n";
      }
      if (request.starts_with("GET")) {
        return std::string("HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-3/4\r\n") +
               "content-length: 4\r\nETag: \"e\"\r\n\r\n" + stands;
      }
      return puts++ == 0 ? "" : http_response("412 Precondition Failed", "", "");
    });
    const std::string body = "body";
    const S3Answer answer =
        client_of(server, 1)->put("k", {reinterpret_cast<const uint8_t*>(body.data()), body.size()},
                                  {.kind = Precondition::Kind::kAbsent});
    EXPECT_EQ(answer.ok(), stands == "body");
    EXPECT_EQ(answer.is_conflict(), stands != "body");
  }
}

TEST(S3Client, ListsARangeOfKeys) {
  ScriptedServer server([](const std::string&) {
    const std::string when = "<LastModified>2025-01-31T12:00:00Z</LastModified><Size>1</Size>";
    return http_response(
        "200 OK", "",
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t</NextContinuationToken><Contents><Key>a/1</Key>" +
            when + "</Contents><Contents><Key>a/3</Key>" + when +
            "</Contents><CommonPrefixes><Prefix>a/2/</Prefix></CommonPrefixes>"
            "</ListBucketResult>");
  });
  const auto client = client_of(server);
  const ListQuery query{.prefix = "a/", .delimiter = "/", .start_after = "a/0 é", .max_keys = 7};
  const auto page = client->list(query);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->objects.size(), 2u);
  EXPECT_THAT(page->prefixes, ElementsAre("a/2/"));
  EXPECT_EQ(page->next, "t");
  EXPECT_EQ(client->list({.prefix = "a/", .token = "t&u"})->next, "t");
  EXPECT_EQ(first_line(server.requests()[0]),
            "GET /bucket/?delimiter=%2F&encoding-type=url&list-type=2&max-keys=7&prefix=a%2F&"
            "start-after=a%2F0%20%C3%A9 HTTP/1.1");
  EXPECT_THAT(first_line(server.requests()[1]), HasSubstr("continuation-token=t%26u&"));
}

TEST(S3Client, CompletesAnUpload) {
  ScriptedServer server([](const std::string& request) {
    const std::string line = first_line(request);
    if (line.find("uploads=") != line.npos) {
      return http_response("200 OK", "",
                           "<InitiateMultipartUploadResult><UploadId>u/1</UploadId>"
                           "</InitiateMultipartUploadResult>");
    }
    if (line.starts_with("PUT")) return http_response("200 OK", "ETag: \"e<\"\r\n", "");
    return http_response("200 OK", "", "<CompleteMultipartUploadResult/>");
  });
  const auto client = client_of(server);
  const std::string upload = client->begin_upload("k").value();
  const std::string etag = client->put_part("k", upload, 1, {}).value();
  EXPECT_TRUE(client->complete_upload("k", upload, {etag}).ok());
  EXPECT_EQ(first_line(server.requests()[1]), "PUT /bucket/k?partNumber=1&uploadId=u%2F1 HTTP/1.1");
  EXPECT_THAT(server.requests()[2], HasSubstr("<ETag>&#34;e&#60;&#34;</ETag>"));
}

TEST(S3Client, AFailureThatComesWithStatus200IsOne) {
  ScriptedServer server([](const std::string&) {
    return http_response("200 OK", "", "<Error><Code>InternalError</Code></Error>");
  });
  const S3Answer answer = client_of(server)->complete_upload("k", "u", {});
  EXPECT_THAT(s3_cause(answer), HasSubstr("internal failure"));
}

}  // namespace
}  // namespace verger
