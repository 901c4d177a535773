// SPDX-License-Identifier: Apache-2.0
#include "plan/tar.h"

#include <gmock/gmock.h>

#include "packed/test_sink.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string member(const std::string& name, const std::string& bytes) {
  std::string text = tar_header(name, static_cast<int64_t>(bytes.size()), 1'700'000'000) + bytes;
  text.resize((text.size() + kTarBlock - 1) / kTarBlock * kTarBlock, '\0');
  return text;
}

std::string ended(const std::string& members) { return members + std::string(2 * kTarBlock, '\0'); }

// With a field put in place and the checksum put right.
std::string header_with(std::string header, std::size_t at, const std::string& field) {
  header.replace(at, field.size(), field);
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char byte : header.substr(0, 512)) sum += static_cast<uint8_t>(byte);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  return header.replace(148, 7, digits, 7);
}

ReadContainer read_tar(const std::string& bytes, const InputOptions& options = {}) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  EXPECT_TRUE(store->write("a.tar", bytes).ok());
  ReadContainer read = read_container(store, "a.tar", options);
  for (PackedImage& image : read.images) {
    image.path.erase(0, store->display_path("a.tar/").size());
  }
  return read;
}

std::vector<std::string> paths(const ReadContainer& read) {
  std::vector<std::string> all;
  for (const auto& image : read.images) all.push_back(image.path);
  return all;
}

TEST(TarContainer, GivesItsImagesWithTheirFoldersAsLabels) {
  const auto read = read_tar(ended(member("Pear/1.jpg", "one") + member("notes.txt", "none") +
                                   member("./Plum/2.png", std::string(700, 'b'))));
  ASSERT_TRUE(read.listed.ok());
  EXPECT_THAT(paths(read), ElementsAre("Pear/1.jpg", "Plum/2.png"));
  EXPECT_EQ(read.images[0].label, "Pear");
  EXPECT_EQ(read.images[1].label, "Plum");
  EXPECT_THAT(read.contents, ElementsAre("one", std::string(700, 'b')));
}

TEST(TarContainer, WebDatasetsLabelsComeFromTheMemberOfTheSameKey) {
  const std::string tar = ended(member("a/1.jpg", "x") + member("a/1.cls", " 17\n") +
                                member("a/1.txt", "a pear") + member("a/2.seg.jpg", "y"));
  const auto read = read_tar(tar);
  EXPECT_EQ(read.images[0].label, "17");
  EXPECT_EQ(read.images[1].label, "a");
  EXPECT_EQ(read_tar(tar, {.pattern = "", .label_column = "txt"}).images[0].label, "a pear");
  EXPECT_THAT(read_tar(tar, {.pattern = "", .label_column = "json"}).listed.message(),
              HasSubstr("no member ends in .json"));
}

TEST(TarContainer, LongNamesComeFromPaxHeaders) {
  const std::string name =
      std::string(150, 'd') + "/Pomme d'\xc3\xa9t\xc3\xa9/" + std::string(90, 'n') + ".jpg";
  const auto read = read_tar(ended(member(name, "bytes") + member("x.jpg", "more")));
  EXPECT_THAT(paths(read), ElementsAre(name, "x.jpg"));
  EXPECT_THAT(read.contents, ElementsAre("bytes", "more"));
}

TEST(TarContainer, LongNamesAndSizesOfGnuTarAreUnderstood) {
  const std::string name(180, 'g');
  std::string header = header_with(tar_header("././@LongLink", 185, 0), 156, "L") + name + ".jpg";
  header.resize(1024, '\0');
  const std::string size("\x80\0\0\0\0\0\0\0\0\0\0\3", 12);
  const std::string image = header_with(tar_header("short.jpg", 0, 0), 124, size) + "abc";
  const auto read = read_tar(header + image + std::string(509, '\0'));
  EXPECT_THAT(paths(read), ElementsAre(name + ".jpg"));
  EXPECT_THAT(read.contents, ElementsAre("abc"));
}

TEST(TarContainer, NamesThatLeadElsewhereAreTextsAlone) {
  const auto read = read_tar(ended(member("../../etc/1.jpg", "x") + member("/root/2.jpg", "y") +
                                   member("a/../b/3.jpg", "z") + member("..", "w")));
  EXPECT_THAT(paths(read), ElementsAre("etc/1.jpg", "root/2.jpg", "a/b/3.jpg"));
}

TEST(TarContainer, HiddenMembersArePassedOver) {
  EXPECT_THAT(paths(read_tar(ended(member("a/._1.jpg", "x") + member("a/1.jpg", "y")))),
              ElementsAre("a/1.jpg"));
  EXPECT_EQ(read_tar(ended(member("._1.jpg", "x") + member("_n.txt", "y"))).listing.hidden, 1);
}

TEST(TarContainer, ImagesInNoFolderHaveTheNameOfTheTarsFolder) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  ASSERT_TRUE(
      store->write("Quince/a.tar", ended(member("1.jpg", "x") + member("b/2.jpg", "y"))).ok());
  const auto read = read_container(store, "Quince/a.tar");
  EXPECT_EQ(read.images[0].label, "Quince");
  EXPECT_EQ(read.images[1].label, "b");
}

TEST(TarContainer, TellsHowItEnds) {
  const std::string members = member("a/1.jpg", "whole") + member("a/2.jpg", std::string(600, 'x'));
  EXPECT_EQ(read_tar(ended(members)).listing.warning, "");
  EXPECT_EQ(read_tar(members).listing.warning,
            "it ends without its mark, after 2 images, as a download that broke off does");
  EXPECT_THAT(read_tar(members.substr(0, members.size() - 600)).listing.warning,
              HasSubstr("within a member, after 2 images"));
}

TEST(TarContainer, LinksAreImagesThatCannotBeRead) {
  const std::string link = header_with(tar_header("a/1.jpg", 0, 0), 156, "2");
  const auto read = read_tar(ended(link + member("a/2.jpg", "y")));
  ASSERT_EQ(read.contents.size(), 2U);
  EXPECT_THAT(read.contents[0], HasSubstr("it is a link"));
  EXPECT_EQ(read.contents[1], "y");
}

TEST(TarContainer, AMemberThatTheEndCutsOffCannotBeReadAndTheOthersCan) {
  std::string tar = member("a/1.jpg", "whole") + member("a/2.jpg", std::string(600, 'x'));
  tar.resize(tar.size() - 600);
  const auto read = read_tar(tar);
  ASSERT_EQ(read.contents.size(), 2U);
  EXPECT_EQ(read.contents[0], "whole");
  EXPECT_THAT(read.contents[1], HasSubstr("the tar ends before it does"));
}

TEST(TarContainer, DamageOfAHeaderIsOneSentenceWithItsPlace) {
  std::string tar = ended(member("a/1.jpg", "x") + member("a/2.jpg", "y"));
  tar[1024 + 3] ^= 1;
  const Status status = read_tar(tar).listed;
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("a.tar: it is no tar, or damaged"));
  EXPECT_THAT(status.message(), HasSubstr("at byte 1,024."));
  EXPECT_FALSE(read_tar("").listed.ok());
  EXPECT_FALSE(read_tar(std::string(300, 'x')).listed.ok());
}

TEST(TarContainer, ImagesFarApartAreReadOneByOneAndNeighboursTogether) {
  const ScratchFolder folder;
  const auto store = Store::open(folder.path().string()).value();
  ASSERT_TRUE(store->write("a.tar", "").ok());
  const auto container = make_container(store, *store->find("a.tar"), {});
  const std::vector<ImagePlace> places = {{512, 7000}, {8192, 7000}, {1 << 20, 10}, {2 << 20, 10}};
  EXPECT_THAT(container->cut(places), ElementsAre(2, 1, 1));
}

}  // namespace
}  // namespace verger
