// SPDX-License-Identifier: Apache-2.0
#include "plan/selection.h"

#include <gmock/gmock.h>

#include "plan/packed_names.h"
#include "plan/table_columns.h"

namespace verger {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Kind = Selection::Kind;

TEST(Glob, KnowsBracesAsHadoopDoes) {
  const auto matches = [](const char* pattern, const char* name) {
    return Glob::parse(pattern).value().matches(name);
  };
  EXPECT_TRUE(matches("*.{jpg,png}", "a.png"));
  EXPECT_FALSE(matches("*.{jpg,png}", "a.gif"));
  EXPECT_TRUE(matches("{a,b{c,d}}.jpg", "bd.jpg"));
  EXPECT_FALSE(matches("{a,b{c,d}}.jpg", "b.jpg"));
  EXPECT_TRUE(matches("x{,_2}.jpg", "x.jpg"));
  EXPECT_TRUE(matches("{a,b}{1,2}", "b1"));
  EXPECT_TRUE(matches("{open", "{open"));
  EXPECT_TRUE(matches("\\{a,b\\}", "{a,b}"));
  std::string many;
  for (int i = 0; i < 12; ++i) many += "{a,b}";
  EXPECT_EQ(Glob::parse(many).error().code(), StatusCode::kInvalidArgument);
}

TEST(IsHidden, HidesWhatSparkHides) {
  for (const char* name : {".a.jpg", "_DSC0001.JPG", "_", "a._COPYING_", "..."}) {
    EXPECT_TRUE(is_hidden(name)) << name;
  }
  for (const char* name : {"a_b.jpg", "_year=2024", "_metadata", "a.jpg", ".", ".."}) {
    EXPECT_FALSE(is_hidden(name)) << name;
  }
}

TEST(LabelOf, IsThatOfAHiveFolderBeforeTheParents) {
  EXPECT_EQ(label_of("file:/t/label=Apple/1.jpg"), "Apple");
  EXPECT_EQ(label_of("s3://b/label=Apple%20Red%2F1/day=2/1.jpg"), "Apple Red/1");
  EXPECT_EQ(label_of("file:/t/kind=Apple/1.jpg"), "kind=Apple");
  EXPECT_EQ(label_of("file:/t/kind=Apple/1.jpg", "kind"), "Apple");
  EXPECT_EQ(label_of("file:/t/label=__HIVE_DEFAULT_PARTITION__/1.jpg"), "");
  EXPECT_EQ(label_of("file:/t/label=100%/1.jpg"), "100%");
}

TEST(Selection, TakesImagesAndContainersAndCountsTheRest) {
  Selection selection({.pattern = "", .exclude = {"lost+found", "/a/b*", "*.bak.jpg"}});
  EXPECT_EQ(selection.take("a/1.JPG"), Kind::kImage);
  EXPECT_EQ(selection.take("a/x.tar"), Kind::kContainer);
  for (const char* key : {"a/../1.jpg", "./1.jpg", "/1.jpg", "a//1.jpg"}) {
    EXPECT_EQ(selection.take(key), Kind::kImage) << key;
  }
  EXPECT_EQ(selection.take("_year=2024/1.jpg"), Kind::kImage);
  for (const char* name : {"_DSC1.JPG", "a/.x.png", "a/1.HEIC", "2.heic", "3.webp", "x.tar.gz",
                           "README", "c/1.bak.jpg", "_SUCCESS", ".x.crc"}) {
    EXPECT_EQ(selection.take(name), Kind::kPassedOver) << name;
  }
  EXPECT_TRUE(selection.enter("a"));
  EXPECT_TRUE(selection.enter("_k=v"));
  for (const char* name : {"lost+found", "x/lost+found", "a/bc", "a/.git", "_x"}) {
    EXPECT_FALSE(selection.enter(name)) << name;
  }
  EXPECT_TRUE(selection.enter("c/a/bc"));
  EXPECT_TRUE(Selection({.pattern = "", .exclude = {"/b/"}}).enter("a/b"));
  EXPECT_FALSE(Selection({.pattern = "", .exclude = {"/b/"}}).enter("b"));
  selection.special("pipe");
  const PassedOver& passed = selection.passed_over();
  EXPECT_THAT(passed.by_reason,
              ElementsAre(Pair("excluded", 4), Pair("hidden", 2), Pair("hidden-folder", 2),
                          Pair("other-kind", 5), Pair("special", 1)));
  EXPECT_THAT(passed.kinds,
              ElementsAre(Pair(".heic", 2), Pair(".tar.gz", 1), Pair(".webp", 1), Pair("none", 1)));
  EXPECT_EQ(passed.text(),
            "2 files whose names begin with _ or ., 2 folders whose names begin with _ or ., "
            "2 .heic, 1 .tar.gz, 1 .webp and 1 other files, 4 excluded files or folders, "
            "1 that is no regular file");
}

TEST(Selection, KnowsTablesThatHaveALog) {
  for (const char* folder : {"_delta_log", "t/_spark_metadata", ".hoodie"}) {
    Selection selection({});
    selection.enter(folder);
    EXPECT_NE(selection.logged_table(), "") << folder;
  }
  Selection iceberg({});
  iceberg.take("t/metadata/00000-4c.metadata.json");
  EXPECT_EQ(iceberg.logged_table(), "an Iceberg table");
  Selection plain({});
  plain.enter("metadata");
  plain.take("metadata/notes.json");
  EXPECT_EQ(plain.logged_table(), "");
}

using Column = TableColumn;

TEST(ChooseColumns, FindsTheImages) {
  const auto content = [](const std::vector<Column>& columns, const InputOptions& options = {}) {
    return choose_columns(columns, options, false).value().content;
  };
  using enum TableColumn::Kind;
  EXPECT_EQ(content({{"path", kText}, {"content", kText}}), 1U);  // bytes written as text
  EXPECT_EQ(content({{"image", kText}, {"thumb", kBytes}}), 1U);
  EXPECT_EQ(content({{"a", kBytes}, {"b", kBytes}}), std::nullopt);
  EXPECT_EQ(content({{"a", kBytes}, {"b", kBytes}}, {.pattern = "", .image_column = "b"}), 1U);
  EXPECT_EQ(content({{"content", kBytes}}, {.pattern = "", .image_column = "b"}), std::nullopt);
  EXPECT_EQ(content({{"image.nChannels", kInteger}, {"image.data", kBytes}}), std::nullopt);
}

TEST(ChooseColumns, MissesLabelsThatAreAskedForUnlessAFolderTellsThem) {
  const std::vector<Column> columns = {{"content", Column::Kind::kBytes}};
  const InputOptions options{.pattern = "", .label_column = "kind"};
  EXPECT_THAT(choose_columns(columns, options, false).error().message(), HasSubstr("'kind'"));
  EXPECT_TRUE(choose_columns(columns, options, true).ok());
}

}  // namespace
}  // namespace verger
