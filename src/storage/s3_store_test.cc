// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/status.h>
#include <gmock/gmock.h>

#include <map>
#include <mutex>

#include "base/status_macros.h"
#include "s3/percent.h"
#include "s3/scripted_server.h"
#include "storage/fenced_store.h"
#include "storage/store.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Keeps the objects that are put, by their paths. With `compares` it knows conditions.
class MemoryServer {
 public:
  explicit MemoryServer(bool compares) : compares_(compares) {}

  std::shared_ptr<Store> open() {
    StorageOptions options;
    options.s3_endpoint = server_.url();
    options.s3_anonymous = true;
    options.retries = 0;
    return Store::open("s3://bucket/Out", options).value();
  }
  void put(const std::string& name, const std::string& text) {
    const std::lock_guard lock(mutex_);
    objects_["/bucket/Out/" + name] = text;
  }
  std::string text(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto entry = objects_.find("/bucket/Out/" + name);
    return entry == objects_.end() ? "none" : entry->second;
  }
  std::vector<std::string> requests() {
    std::vector<std::string> lines;
    for (const auto& request : server_.requests()) {
      lines.push_back(request.substr(0, request.find(" HTTP")));
    }
    return lines;
  }

 private:
  static std::string etag_of(const std::string& text) {
    return '"' + std::to_string(std::hash<std::string>{}(text)) + '"';
  }

  std::string reply(const std::string& request) {
    const std::lock_guard lock(mutex_);
    const std::size_t begin = request.find(' ') + 1;
    const std::string path = request.substr(begin, request.find_first_of(" ?", begin) - begin);
    const auto stands = objects_.find(path);
    const bool there = stands != objects_.end();
    if (request.starts_with("PUT")) return take(path, request);
    if (request.starts_with("DELETE")) return objects_.erase(path), http_response("204 No", "", "");
    if (!there) return http_response("404 Not Found", "", "");
    const std::string etag = "ETag: " + etag_of(stands->second) + "\r\n";
    if (request.starts_with("HEAD")) {
      return "HTTP/1.1 200 OK\r\n" + etag +
             "content-length: " + std::to_string(stands->second.size()) + "\r\n\r\n";
    }
    return http_response("200 OK", etag, stands->second);
  }

  std::string take(const std::string& path, const std::string& request) {
    const auto stands = objects_.find(path);
    const bool there = stands != objects_.end();
    const std::size_t if_match = request.find("if-match: ");
    bool holds = !there || request.find("if-none-match: *") == request.npos;
    if (if_match != request.npos) {
      const std::size_t begin = if_match + 10;
      const std::string etag = request.substr(begin, request.find('\r', begin) - begin);
      holds = there && etag == etag_of(stands->second);
    }
    if (compares_ && !holds) return http_response("412 Precondition Failed", "", "");
    objects_[path] = request.substr(request.find("\r\n\r\n") + 4);
    return http_response("200 OK", "ETag: " + etag_of(objects_[path]) + "\r\n", "");
  }

  const bool compares_;
  std::mutex mutex_;
  std::map<std::string, std::string> objects_;
  ScriptedServer server_{[this](const std::string& request) { return reply(request); }};
};

// Says yes, and does something first.
class BusyFence final : public Fence {
 public:
  explicit BusyFence(std::function<Status()> before) : before_(std::move(before)) {}
  Status check() override { return before_(); }

 private:
  const std::function<Status()> before_;
};

TEST(S3Store, OtherSchemesAreRefused) {
  EXPECT_EQ(Store::open("gs://bucket/key").error().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Store::open("s3://").error().code(), StatusCode::kInvalidArgument);
}

TEST(S3Store, PutsAndReadsObjects) {
  MemoryServer server(true);
  const auto store = server.open();
  ASSERT_TRUE(store->write("a//b", std::string_view("text")).ok());
  EXPECT_EQ(server.text("a//b"), "text");
  const auto bytes = store->read("a//b");
  ASSERT_TRUE(bytes.ok()) << bytes.error().message();
  EXPECT_EQ(std::string(bytes->begin(), bytes->end()), "text");
  EXPECT_EQ(store->exists("a//b").value(), true);
  EXPECT_EQ(store->exists("a/b").value(), false);
  EXPECT_THAT(store->read("a/b").error().message(), HasSubstr("no such file"));
  EXPECT_EQ(store->display_path("a//b"), "s3://bucket/Out/a//b");
  ASSERT_TRUE(store->remove("a//b").ok());
  EXPECT_EQ(server.text("a//b"), "none");
}

TEST(S3Store, AFileThatIsDroppedNeverAppears) {
  MemoryServer server(true);
  auto file = server.open()->create("half").value();
  ASSERT_TRUE(file->stream()->Write("half", 4).ok());
  ASSERT_TRUE(file->stream()->Close().ok());
  file.reset();
  EXPECT_EQ(server.text("half"), "none");
}

TEST(S3Store, FindsOutWhetherVersionsAreCompared) {
  for (const bool compares : {true, false}) {
    MemoryServer server(compares);
    server.put("claim", "mine");
    const auto store = server.open();
    EXPECT_FALSE(store->compares_versions());
    ASSERT_TRUE(store->probe_versions("claim", "mine").ok());
    EXPECT_EQ(store->compares_versions(), compares);
    EXPECT_EQ(server.text("claim"), compares ? "mine" : "mine\n");
  }
}

TEST(S3Store, WritesOverWhatIsExpectedAlone) {
  MemoryServer server(true);
  const auto store = server.open();
  const auto first = store->write_over("f", "one", std::nullopt).value();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(store->version("f").value(), first);
  EXPECT_FALSE(store->write_over("f", "two", std::nullopt).value().has_value());
  EXPECT_TRUE(store->write_over("f", "two", first).value().has_value());
  EXPECT_FALSE(store->write_over("f", "three", first).value().has_value());
  EXPECT_FALSE(store->write_over("absent", "x", first).value().has_value());
  EXPECT_EQ(server.text("f"), "two");
  EXPECT_EQ(server.text("absent"), "none");
}

TEST(FencedS3Store, NeverComesAfterAnotherRunsFile) {
  for (const bool compares : {true, false}) {
    MemoryServer server(compares);
    server.put("claim", "mine");
    server.put("run.json", "of an earlier run");
    const auto store = server.open();
    ASSERT_TRUE(store->probe_versions("claim", "mine").ok());
    // Another run takes over, and writes, just after the fence was asked: it is asked in vain.
    int asked = 0;
    const auto fence = std::make_shared<BusyFence>([&] {
      if (++asked == 2) server.put("run.json", "of the next run");
      return asked > 2 ? Status::io("lost") : Status();
    });
    FencedStore fenced(store, fence);
    EXPECT_FALSE(fenced.write("run.json", std::string_view("late")).ok());
    EXPECT_EQ(server.text("run.json"), compares ? "of the next run" : "late");
  }
}

TEST(FencedS3Store, ReplacesWhatARunLeftThatWasPassedOver) {
  MemoryServer server(true);
  server.put("claim", "mine");
  server.put("run.json", "late, of a run that lost its lease");
  const auto store = server.open();
  ASSERT_TRUE(store->probe_versions("claim", "mine").ok());
  FencedStore fenced(store, std::make_shared<BusyFence>([] { return Status(); }));
  EXPECT_TRUE(fenced.write("run.json", std::string_view("new")).ok());
  EXPECT_EQ(server.text("run.json"), "new");
}

TEST(S3Store, UploadsWhatIsLargeInParts) {
  std::mutex mutex;
  std::map<std::string, std::size_t> parts;
  ScriptedServer server([&](const std::string& request) {
    const std::string line = request.substr(0, request.find(" HTTP"));
    const std::lock_guard lock(mutex);
    if (line.starts_with("PUT")) {
      parts[line.substr(line.find("partNumber=") + 11, 1)] = request.size();
      return http_response("200 OK", "ETag: \"e\"\r\n", "");
    }
    return http_response("200 OK", "",
                         line.find("uploads=") != line.npos
                             ? "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                               "</InitiateMultipartUploadResult>"
                             : "<CompleteMultipartUploadResult/>");
  });
  StorageOptions options;
  options.s3_endpoint = server.url();
  options.s3_anonymous = true;
  const auto store = Store::open("s3://bucket/Out", options).value();
  ASSERT_TRUE(store->write("large", std::string_view(std::string(25 << 20, 'x'))).ok());
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_GT(parts["1"], std::size_t{10} << 20);
  EXPECT_LT(parts["3"], std::size_t{6} << 20);
  auto dropped = store->create("dropped").value();
  ASSERT_TRUE(dropped->stream()->Write(std::string(25 << 20, 'x').data(), 25 << 20).ok());
  dropped.reset();
  EXPECT_THAT(server.requests().back(), HasSubstr("DELETE /bucket/Out/dropped?uploadId=u"));
}

}  // namespace
}  // namespace verger
