// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_walk.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "s3/percent.h"
#include "s3/scripted_server.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string object(const std::string& key) {
  return "<Contents><Key>" + key +
         "</Key><LastModified>2025-01-31T12:00:00Z</LastModified><Size>1</Size></Contents>";
}

std::string listing(const std::string& contents, const std::string& token) {
  return http_response("200 OK", "",
                       "<ListBucketResult><IsTruncated>" +
                           std::string(token.empty() ? "false" : "true") +
                           "</IsTruncated><NextContinuationToken>" + token +
                           "</NextContinuationToken>" + contents + "</ListBucketResult>");
}

std::string page(const std::string& key, const std::string& token) {
  return listing(key.empty() ? "" : object(key), token);
}

// What a walk through s3://b/Test says of a server.
std::string walk(const ScriptedServer::Script& script, std::vector<std::string>* names = nullptr,
                 int listers = 1, int retries = 0) {
  ScriptedServer server(script);
  StorageOptions options;
  options.s3_endpoint = server.url();
  options.s3_anonymous = true;
  options.retries = retries;
  const auto client = S3Client::open("b", options).value();
  return walk_s3(*client, "Test/", "", {}, listers, "s3://b/Test",
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

// A bucket of made-up keys that lists three at once.
class Bucket {
 public:
  enum class Order { kBytes, kFromTheStart, kNone };  // kFromTheStart: whatever start-after says

  explicit Bucket(Order order = Order::kBytes) : order_(order) {
    for (int i = 0; i < 300; ++i) {
      keys_.push_back("Test/class-" + std::to_string(i % 7) + '/' + std::to_string(i) + ".jpg");
    }
    std::ranges::sort(keys_);
    if (order == Order::kNone) std::ranges::reverse(keys_);
  }

  std::string answer(const std::string& request) const {
    std::size_t first = 0;
    if (const std::string token = value(request, "continuation-token"); !token.empty()) {
      first = static_cast<std::size_t>(std::stoi(token));
    } else if (const std::string after = value(request, "start-after");
               !after.empty() && order_ == Order::kBytes) {
      first = static_cast<std::size_t>(std::ranges::upper_bound(keys_, after) - keys_.begin());
    }
    const std::size_t end = std::min(first + 3, keys_.size());
    std::string contents;
    for (std::size_t i = first; i < end; ++i) contents += object(keys_[i]);
    return listing(contents, end < keys_.size() ? std::to_string(end) : "");
  }

  std::vector<std::string> sorted() const {
    std::vector<std::string> names;
    for (const std::string& key : keys_) names.push_back(key.substr(5));
    std::ranges::sort(names);
    return names;
  }

 private:
  static std::string value(const std::string& request, const std::string& name) {
    const std::size_t at = request.find(name + '=');
    if (at == request.npos) return "";
    const std::size_t begin = at + name.size() + 1;
    return form_decode(request.substr(begin, request.find_first_of("& ", begin) - begin)).value();
  }

  const Order order_;
  std::vector<std::string> keys_;
};

TEST(WalkS3, FindsEveryKeyOnceByManyListers) {
  for (const auto order :
       {Bucket::Order::kBytes, Bucket::Order::kFromTheStart, Bucket::Order::kNone}) {
    const Bucket bucket(order);
    std::vector<std::string> names;
    EXPECT_EQ(walk([&](const std::string& request) { return bucket.answer(request); }, &names, 4),
              "");
    std::ranges::sort(names);
    EXPECT_EQ(names, bucket.sorted());
  }
}

TEST(WalkS3, FindsThemThroughFaultsThatPass) {
  const Bucket bucket;
  std::atomic<int> requests = 0;
  std::vector<std::string> names;
  const auto script = [&](const std::string& request) {
    const int number = ++requests;
    if (number % 9 == 0) return http_response("503 Slow Down", "", "");
    return number % 7 == 0 ? std::string() : bucket.answer(request);
  };
  EXPECT_EQ(walk(script, &names, 16, 8), "");
  std::ranges::sort(names);
  EXPECT_EQ(names, bucket.sorted());
}

TEST(WalkS3, SaysWhenKeysLoseTheirOrder) {
  const Bucket bucket;
  std::atomic<int> requests = 0;
  const auto script = [&](const std::string& request) {
    return ++requests < 20 ? bucket.answer(request) : page("Test/class-0/0.jpg", "x");
  };
  EXPECT_THAT(walk(script, nullptr, 4),
              HasSubstr("its keys are in no order; listers 1 takes them"));
}

TEST(WalkS3, EndsWithTheFailureOfOneLister) {
  const Bucket bucket;
  std::atomic<int> requests = 0;
  const auto script = [&](const std::string& request) {
    return ++requests < 20 ? bucket.answer(request) : http_response("403 Forbidden", "", "");
  };
  EXPECT_THAT(walk(script, nullptr, 4), HasSubstr("Cannot list s3://b/Test"));
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
