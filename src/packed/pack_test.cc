// SPDX-License-Identifier: Apache-2.0
#include "packed/pack.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <thread>

#include "output/lease.h"
#include "packed/test_sink.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class Counts final : public Observer {
 public:
  void stage_started(std::string_view name, int64_t total) override {
    stage_ = name;
    total_ = total;
  }
  void advanced(int64_t done, int64_t /*rejected*/) override { done_[stage_] += done; }
  std::string stage_;
  int64_t total_ = 0;
  std::map<std::string, int64_t> done_;
};

class Pack : public testing::TestWithParam<PackFormat> {
 protected:
  void SetUp() override {
    for (const char* name : {"Pear/1.jpg", "Pear/2.jpg", "Plum/3.png", "root.jpg"}) {
      ASSERT_TRUE(input_->write(name, std::string("bytes of ") + name).ok());
    }
  }

  Result<PackRecord> pack(PackPlan plan = {}) {
    plan.pack.format = GetParam();
    if (plan.pack.pack_bytes > 1000) plan.pack.pack_bytes = 30;
    return verger::pack(*input_, output_, plan, {cancel_, observer_});
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    const auto files = output_->list("", true, true).value();
    for (const auto& file : files) all.push_back(file.name);
    return all;
  }

  const ScratchFolder folder_;
  const std::shared_ptr<Store> input_ = Store::open((folder_.path() / "in").string()).value();
  const std::shared_ptr<Store> output_ = Store::open((folder_.path() / "out").string()).value();
  CancelToken cancel_;
  Counts observer_;
};

TEST_P(Pack, KeepsEveryImageInOrderWithItsLabel) {
  const auto record = pack();
  ASSERT_TRUE(record.ok()) << record.error().message();
  EXPECT_EQ(record->images, 4);
  EXPECT_EQ(record->containers, 2);
  EXPECT_EQ(observer_.total_, 4);
  EXPECT_THAT(observer_.done_, ElementsAre(Pair("list", 4), Pair("pack", 4)));
  std::vector<std::string> labels;
  std::vector<std::string> contents;
  for (const std::string& name : names()) {
    if (name == "_SUCCESS") continue;
    const auto read = read_container(output_, name);
    ASSERT_TRUE(read.listed.ok()) << read.listed.message();
    for (const auto& image : read.images) labels.push_back(image.label);
    contents.insert(contents.end(), read.contents.begin(), read.contents.end());
  }
  EXPECT_THAT(labels, ElementsAre("Pear", "Pear", "Plum", "in"));
  EXPECT_THAT(contents, ElementsAre("bytes of Pear/1.jpg", "bytes of Pear/2.jpg",
                                    "bytes of Plum/3.png", "bytes of root.jpg"));
}

TEST_P(Pack, RefusesAnOutputThatHoldsSomething) {
  ASSERT_TRUE(pack().ok());
  const auto again = pack();
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().message(), HasSubstr("give overwrite=True"));
}

TEST_P(Pack, OverwritingLeavesOthersContainersAloneAndSaysSo) {
  ASSERT_TRUE(pack().ok());
  for (const char* name : {"part-mine.parquet", "below/photographs.tar"}) {
    folder_.write(std::string("out/") + name, "precious");
    const auto refused = pack({.overwrite = true});
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr(std::string("holds ") + name));
    ASSERT_TRUE(output_->remove(name).ok());
  }
  folder_.write("out/notes.txt", "precious");
  EXPECT_TRUE(pack({.overwrite = true}).ok());
  EXPECT_TRUE(output_->exists("notes.txt").value());
}

TEST_P(Pack, RemovesWhatAKilledOneLeft) {
  ASSERT_TRUE(pack().ok());
  const std::filesystem::path out = folder_ / "out";
  const std::string ours = ".verger-tmp-7-" + names().back();
  folder_.write("out/" + ours, "half");
  folder_.write("out/.verger-tmp-7-" + names().front(), "half");
  folder_.write("out/.verger-tmp-7-theirs", "half");
  ASSERT_TRUE(pack({.resume = true}).ok());
  EXPECT_FALSE(std::filesystem::exists(out / ours));
  EXPECT_FALSE(std::filesystem::exists(out / (".verger-tmp-7-" + names().front())));
  EXPECT_TRUE(std::filesystem::exists(out / ".verger-tmp-7-theirs"));
}

TEST_P(Pack, ResumeKeepsWhatIsTheSameAndReplacesTheRest) {
  ASSERT_TRUE(pack().ok());
  const auto before = names();
  ASSERT_TRUE(input_->write("root.jpg", "another").ok());
  const auto record = pack({.resume = true});
  ASSERT_TRUE(record.ok()) << record.error().message();
  EXPECT_EQ(record->kept, 1);
  const auto after = names();
  EXPECT_EQ(after.size(), before.size());
  EXPECT_EQ(after[1], before[1]);
  EXPECT_NE(after[2], before[2]);
}

TEST_P(Pack, TheSameImagesGiveTheSameBytes) {
  ASSERT_TRUE(pack().ok());
  const auto first = *output_->read(names()[1]);
  ASSERT_TRUE(pack({.reads_in_flight = 1, .overwrite = true}).ok());
  EXPECT_EQ(*output_->read(names()[1]), first);
}

TEST_P(Pack, OneAtATimeWritesAnOutput) {
  {
    const auto other = Lease::acquire(output_, "pack", cancel_);
    ASSERT_TRUE(other.ok());
    for (const PackPlan& plan : {PackPlan{}, PackPlan{.overwrite = true}}) {
      const auto refused = pack(plan);
      ASSERT_FALSE(refused.ok());
      EXPECT_THAT(refused.error().message(), HasSubstr("is being written by verger pack"));
    }
    EXPECT_EQ(names().size(), 1u);  // the lease
  }
  ASSERT_TRUE(pack().ok());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/_verger"));
}

TEST_P(Pack, OfManyAtOnceOneIsWhole) {
  std::vector<std::string> refusals(4);
  {
    std::vector<std::jthread> packs;
    for (std::string& refusal : refusals) {
      packs.emplace_back([&] {
        Observer observer;
        PackPlan plan{.overwrite = true};
        plan.pack = {.format = GetParam(), .pack_bytes = 30};
        const auto done = verger::pack(*input_, output_, plan, {cancel_, observer});
        if (!done.ok()) refusal = done.error().message();
      });
    }
  }
  EXPECT_THAT(refusals, testing::Contains(""));
  EXPECT_THAT(refusals, testing::Each(testing::AnyOf("", HasSubstr("is being written by"),
                                                     HasSubstr("wanted by several runs"))));
  EXPECT_EQ(names().size(), 3u);  // two containers and the mark
  const auto again = pack({.resume = true});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->kept, 2);
}

TEST_P(Pack, AnInterruptionLeavesNoMark) {
  cancel_.cancel();
  const auto record = pack();
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().code(), StatusCode::kCancelled);
  EXPECT_THAT(names(), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Formats, Pack, testing::Values(PackFormat::kParquet, PackFormat::kTar),
                         [](const auto& format) {
                           return std::string(pack_format_name(format.param));
                         });

}  // namespace
}  // namespace verger
