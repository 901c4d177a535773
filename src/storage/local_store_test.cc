// SPDX-License-Identifier: Apache-2.0
#include "storage/local_store.h"

#include <arrow/filesystem/localfs.h>
#include <arrow/io/interfaces.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "storage/io_error.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::shared_ptr<Store> store_in(const ScratchFolder& folder, std::string_view below = "") {
  auto store = Store::open((folder / below).string());
  EXPECT_TRUE(store.ok());
  return store.value();
}

std::string text_of(const Store& store, const std::string& name) {
  const auto bytes = store.read(name);
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : bytes.error().message();
}

std::vector<std::string> on_disk(const ScratchFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename());
  }
  return names;
}

TEST(LocalStore, ShowsPathsAsSparkDoes) {
  const auto store = Store::open("/data/./Test/").value();
  EXPECT_EQ(store->display_path("Pineapple Mini/128_100.jpg"),
            "file:/data/Test/Pineapple Mini/128_100.jpg");
  EXPECT_EQ(store->display_path(""), "file:/data/Test");
  const auto root = Store::open("/").value();
  EXPECT_EQ(root->display_path("x.jpg"), "file:/x.jpg");
  EXPECT_EQ(root->display_path(""), "file:/");
}

TEST(LocalStore, TellsPeopleThePlaceAsItWasTyped) {
  const ScratchFolder folder;
  folder.write("in/x.jpg", "x");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::vector<std::string> spellings = {"in", "./in/",
                                              "../" + folder.path().filename().string() + "/in",
                                              "file://" + folder.path().string() + "/in"};
  for (const std::string& typed : spellings) {
    const auto store = Store::open(typed).value();
    EXPECT_EQ(store->shown(""), typed);
    const std::string below = typed.ends_with('/') ? typed : typed + '/';
    EXPECT_THAT(store->read("y").error().message(), StartsWith("Cannot read " + below + "y: no "));
    EXPECT_THAT(store->list("z", true, false).error().message(),
                StartsWith("Cannot list " + below + "z: no "));
    EXPECT_EQ(store->create("x.jpg/y").error().message(),
              "Cannot write " + below + "x.jpg: not a directory.");
    EXPECT_EQ(store->shown_path(store->display_path("a/b")), below + "a/b");
    EXPECT_EQ(store->shown_path("file:/elsewhere/a b"), "/elsewhere/a b");
    EXPECT_EQ(store->shown_path(store->display_path("") + "side/a"),
              folder.path().string() + "/inside/a");
  }
  const auto output = Store::open("in/x.jpg").value();  // whose folder cannot be made
  EXPECT_EQ(output->create("y").error().message(), "Cannot write in/x.jpg: not a directory.");
  const auto elsewhere = Store::open("file:/a%20b", {}, "Results").value();
  EXPECT_EQ(elsewhere->shown("pca"), "Results/pca");
  EXPECT_EQ(elsewhere->display_path("pca"), "file:/a%20b/pca");
  std::filesystem::current_path(before);
}

TEST(LocalStore, RefusesOtherSchemesByName) {
  const auto store = Store::open("gs://p8-data/Test");
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(store.error().message(), HasSubstr("'gs://p8-data/Test'"));
  EXPECT_THAT(store.error().message(), HasSubstr("local paths"));
}

TEST(LocalStore, ReadsWhatItWrote) {
  const ScratchFolder folder;
  const auto store = store_in(folder, "not/there/yet");
  ASSERT_TRUE(store->write("a b/x", std::string_view("bytes\0of x", 10)).ok());
  ASSERT_TRUE(store->write("empty", std::string_view()).ok());
  EXPECT_EQ(text_of(*store, "a b/x"), std::string("bytes\0of x", 10));
  EXPECT_EQ(text_of(*store, "empty"), "");
  EXPECT_TRUE(store->exists("a b/x").value());
  EXPECT_FALSE(store->exists("a b").value());
  EXPECT_FALSE(store->exists("a b/x/below").value());
  const auto file = store->open_file("a b/x");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(*(*file)->GetSize(), 10);
}

TEST(LocalStore, SaysWhatCannotBeRead) {
  const ScratchFolder folder;
  folder.write("x", "");
  const auto store = store_in(folder);
  EXPECT_EQ(text_of(*store, "y"),
            "Cannot read " + store->shown("y") + ": no such file or directory.");
  EXPECT_THAT(text_of(*store, ""), HasSubstr("is a directory"));
  EXPECT_EQ(store->read("x/y").error().code(), StatusCode::kIo);
}

TEST(LocalStore, ShowsAFileOnlyOnceItIsComplete) {
  const ScratchFolder folder;
  const auto store = store_in(folder);
  auto pending = store->create("sub/part");
  ASSERT_TRUE(pending.ok());
  ASSERT_TRUE((*pending)->stream()->Write("half", 4).ok());
  EXPECT_THAT(on_disk(folder), ElementsAre(StartsWith(".verger-tmp-")));
  EXPECT_THAT(store->list("", true, false).value(), IsEmpty());
  EXPECT_FALSE(store->exists("sub/part").value());
  ASSERT_TRUE((*pending)->commit().ok());
  EXPECT_EQ(text_of(*store, "sub/part"), "half");
  EXPECT_THAT(on_disk(folder), ElementsAre("part"));
}

TEST(LocalStore, DropsWhatWasNotCommitted) {
  const ScratchFolder folder;
  const auto store = store_in(folder);
  ASSERT_TRUE(store->write("part", "old").ok());
  {
    const auto pending = store->create("part");
    ASSERT_TRUE(pending.value()->stream()->Write("new", 3).ok());
  }
  EXPECT_THAT(on_disk(folder), ElementsAre("part"));
  EXPECT_EQ(text_of(*store, "part"), "old");
  ASSERT_TRUE(store->write("part", "new").ok());
  EXPECT_EQ(text_of(*store, "part"), "new");
}

TEST(LocalStore, RefusesToWriteBelowAFileOrOverAFolder) {
  const ScratchFolder folder;
  folder.write("file", "");
  const auto store = store_in(folder);
  const Status below = store->write("file/x/y", "text");
  EXPECT_EQ(below.code(), StatusCode::kIo);
  EXPECT_EQ(below.message(), "Cannot write " + store->shown("file") + ": not a directory.");
  std::filesystem::create_directory(folder / "folder");
  EXPECT_THAT(store->write("folder", "text").message(), HasSubstr("is a directory"));
  EXPECT_THAT(on_disk(folder), ElementsAre("file"));
}

TEST(LocalStore, SaysThatTheDiskIsFullAndLeavesNothing) {
  const ScratchFolder folder;
  const auto store = store_in(folder);
  // A limit on the size of files fails as a full disk does: in the middle of a write.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = store->write("big", std::string(10'000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(status.message(), "Cannot write " + store->shown("big") + ": file too large.");
  EXPECT_THAT(on_disk(folder), IsEmpty());
}

TEST(LocalStore, RemovesFilesAndFolders) {
  const ScratchFolder folder;
  folder.write("a/x", "");
  folder.write("b", "");
  const auto store = store_in(folder);
  EXPECT_TRUE(store->remove("b").ok());
  EXPECT_TRUE(store->remove("b").ok());
  EXPECT_EQ(store->remove("a").code(), StatusCode::kIo);
}

TEST(LocalStore, CleansUpAfterKilledWritersOfOneFolder) {
  const ScratchFolder folder;
  for (const char* name : {"sub/.verger-tmp-123-part", "sub/part", "sub/.verger-tmp-123-theirs",
                           "sub/.verger-tmp-mine", "sub/deeper/.verger-tmp-123-part"}) {
    folder.write(name, "");
  }
  const auto store = store_in(folder);
  const NameFilter ours = [](std::string_view name) { return name == "part"; };
  EXPECT_TRUE(store->remove_temporaries("sub", ours).ok());
  EXPECT_THAT(on_disk(folder),
              testing::UnorderedElementsAre("part", ".verger-tmp-123-theirs", ".verger-tmp-mine",
                                            ".verger-tmp-123-part"));
  EXPECT_TRUE(std::filesystem::exists(folder / "sub/deeper/.verger-tmp-123-part"));
  EXPECT_TRUE(store->remove_temporaries("missing", ours).ok());
}

TEST(LocalStore, KnowsLinks) {
  const ScratchFolder folder;
  folder.write("folder/file", "");
  std::filesystem::create_directory_symlink("folder", folder / "link");
  const auto store = store_in(folder);
  EXPECT_TRUE(store->is_link("link").value());
  EXPECT_FALSE(store->is_link("folder").value());
  EXPECT_FALSE(store->is_link("missing").value());
}

TEST(LocalStore, TakesWritesFromManyThreads) {
  const ScratchFolder folder;
  const auto store = store_in(folder);
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&store, writer] {
      for (int file = 0; file < 20; ++file) {
        const std::string name = std::to_string(file) + "/" + std::to_string(writer);
        EXPECT_TRUE(store->write(name, name).ok());
      }
    });
  }
  writers.clear();
  const auto files = store->list("", true, false).value();
  ASSERT_EQ(files.size(), 160U);
  for (const auto& file : files) EXPECT_EQ(text_of(*store, file.name), file.name);
  EXPECT_EQ(on_disk(folder).size(), 160U);
}

TEST(IoError, TakesTheFirstLineOfAnArrowErrorWithoutErrno) {
  EXPECT_EQ(io_error("read", "file:/x", arrow::Status::IOError("It broke.\nIn line 3")).message(),
            "Cannot read file:/x: It broke.");
}

TEST(LocalStore, RefusesWhatIsNoRegularFileWithoutWaiting) {
  const ScratchFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe.tar").c_str(), 0600), 0);
  const auto store = Store::open(folder.path().string()).value();
  EXPECT_THAT(store->read("pipe.tar").error().message(), HasSubstr("it is no regular file."));
  EXPECT_FALSE(store->open_file("pipe.tar").ok());
  EXPECT_FALSE(store->find("pipe.tar").ok());
  EXPECT_FALSE(Store::open("/dev").value()->read("zero").ok());
}

TEST(LocalStore, ReadsNoMoreThanAFileSaysThatItHas) {
  // Both are regular files of 0 bytes; the second one never ends.
  const auto store = Store::open("/proc/self").value();
  EXPECT_THAT(store->read("status").error().message(), HasSubstr("it is no regular file."));
  EXPECT_FALSE(store->read_listed({.name = "pagemap"}).ok());
  const ScratchFolder folder;
  folder.write("a.jpg", "four");
  const auto own = Store::open(folder.path().string()).value();
  const auto shorter = own->read_listed({.name = "a.jpg", .size = 3});
  EXPECT_THAT(shorter.error().message(), HasSubstr("has 4 bytes, where 3 were listed"));
}

}  // namespace
}  // namespace verger
