// SPDX-License-Identifier: Apache-2.0
#include "metrics/exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/scratch_folder.h"

namespace verger {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Below the ports that systems hand out by themselves.
constexpr int kPort = 17391;

std::string content(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Exporter : public ::testing::Test {
 protected:
  Result<std::unique_ptr<MetricsExporter>> open(const std::string& place) {
    return MetricsExporter::open(
        place, metrics, [this](const std::string& sentence) { complaints.push_back(sentence); });
  }

  RunMetrics metrics{{.command = "run", .input = "in", .output = "out"}};
  std::vector<std::string> complaints;
  const ScratchFolder folder;
};

TEST_F(Exporter, AFileHasTheFirstAndTheLastState) {
  const auto file = folder.path() / "run.prom";
  {
    auto exporter = open(file.string());
    ASSERT_TRUE(exporter.ok());
    EXPECT_EQ(content(file), metrics.text());
    metrics.ended({});
  }
  EXPECT_EQ(content(file), metrics.text());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THAT(complaints, IsEmpty());
}

TEST_F(Exporter, AFileThatCannotBeWrittenIsRefused) {
  const auto absent = open((folder.path() / "absent" / "run.prom").string());
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), StatusCode::kIo);
  EXPECT_THAT(absent.error().message(), HasSubstr("absent/run.prom: No such file or directory."));
}

TEST_F(Exporter, WhatIsNoFileIsNotReplaced) {
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& place :
       {pipe.string(), folder.path().string(), std::string("/dev/null")}) {
    const auto refused = open(place);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr("cannot replace " + place));
  }
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(Exporter, AFileThatIsLostIsComplainedOfOnce) {
  const auto inside = folder.path() / "inside";
  std::filesystem::create_directory(inside);
  {
    auto exporter = open((inside / "run.prom").string());
    ASSERT_TRUE(exporter.ok());
    std::filesystem::remove_all(inside);
  }
  EXPECT_THAT(complaints, ::testing::ElementsAre(HasSubstr("metrics cannot write")));
}

TEST_F(Exporter, APortIsOneExportersAtATime) {
  {
    auto first = open(':' + std::to_string(kPort));
    ASSERT_TRUE(first.ok()) << first.error().message();
    const auto second = open(':' + std::to_string(kPort));
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(second.error().message(), HasSubstr("Address already in use"));
  }
  EXPECT_TRUE(open(':' + std::to_string(kPort)).ok());
}

}  // namespace
}  // namespace verger
