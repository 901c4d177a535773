#include "storage/s3_walk.h"

#include <gmock/gmock.h>

#include "s3/scripted_server.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string page(const std::string& key, const std::string& token) {
  const std::string contents = "<Contents><Key>" + key +
                               "</Key><LastModified>2025-01-31T12:00:00Z</LastModified>"
                               "<Size>1</Size></Contents>";
  return http_response(
      "200 OK", "",
      "<ListBucketResult><IsTruncated>" + std::string(token.empty() ? "false" : "true") +
          "</IsTruncated><NextContinuationToken>" + token + "</NextContinuationToken>" +
          (key.empty() ? "" : contents) + "</ListBucketResult>");
}

// What a walk through s3://b/Test says of a server.
std::string walk(const ScriptedServer::Script& script, std::vector<std::string>* names = nullptr) {
  ScriptedServer server(script);
  StorageOptions options;
  options.s3_endpoint = server.url();
  options.s3_anonymous = true;
  options.retries = 0;
  const auto client = S3Client::open("b", options).value();
  return walk_s3(*client, "Test/", "", {}, "s3://b/Test",
                 [&](const FileEntry& file) {
                   if (names != nullptr) names->push_back(file.name);
                   return Status();
                 })
      .message();
}

TEST(WalkS3, GoesFromPageToPage) {
  std::vector<std::string> names;
  int pages = 0;
  EXPECT_EQ(walk(
                [&](const std::string&) {
                  const std::string number = std::to_string(++pages);
                  return page(pages == 2 ? "Test/folder/" : "Test//" + number + ".jpg",
                              pages == 3 ? "" : number);
                },
                &names),
            "");
  EXPECT_THAT(names, ElementsAre("/1.jpg", "/3.jpg"));
}

TEST(WalkS3, EndsWhenTheServerDoesNot) {
  EXPECT_THAT(walk([](const std::string&) { return page("Test/1.jpg", "same"); }),
              HasSubstr("a page comes again"));
  int token = 0;
  EXPECT_THAT(walk([&](const std::string&) { return page("", std::to_string(++token)); }),
              HasSubstr("no end of empty pages"));
}

TEST(WalkS3, SaysThatNothingIsThere) {
  EXPECT_EQ(walk([](const std::string&) { return page("", ""); }),
            "Cannot list s3://b/Test: no such file or directory.");
}

TEST(FolderGate, AsksOfEachFolderOnce) {
  std::vector<std::string> asked;
  const Walk walk{.enter = [&](const std::string& name) {
    asked.push_back(name);
    return name.find("_x") == name.npos;
  }};
  FolderGate gate("", walk);
  EXPECT_TRUE(gate.admits("1.jpg"));
  EXPECT_TRUE(gate.admits("a/1.jpg"));
  EXPECT_TRUE(gate.admits("a/b/1.jpg"));
  EXPECT_TRUE(gate.admits("a/b/2.jpg"));
  EXPECT_TRUE(gate.admits("a/2.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/1.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/y/1.jpg"));
  EXPECT_TRUE(gate.admits("a//1.jpg"));
  EXPECT_TRUE(gate.admits("ab/1.jpg"));
  EXPECT_THAT(asked, ElementsAre("a", "a/b", "a/_x", "a/", "ab"));
}

TEST(FolderGate, AsksNothingOfTheFolderThatIsWalkedThrough) {
  const Walk walk{.enter = [&](const std::string& name) { return name == "a/_x/b"; }};
  FolderGate gate("a/_x", walk);
  EXPECT_TRUE(gate.admits("a/_x/1.jpg"));
  EXPECT_TRUE(gate.admits("a/_x/b/1.jpg"));
  EXPECT_FALSE(gate.admits("a/_x/c/1.jpg"));
}

}  // namespace
}  // namespace verger
