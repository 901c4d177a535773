// SPDX-License-Identifier: Apache-2.0
#include "crew/planned_images.h"

#include <gmock/gmock.h>

#include "parquet/inputs_part.h"
#include "storage/scratch_folder.h"

namespace verger {
namespace {

using testing::HasSubstr;

class PlannedImagesTest : public testing::Test {
 protected:
  ScratchFolder folder_;
  std::shared_ptr<Store> store_ = Store::open(folder_.path().string()).value();
};

TEST_F(PlannedImagesTest, LooseImagesComeBackAsTheyWereListed) {
  for (const auto& name : {"b/1.jpg", "a/\xff 2.jpg", "a/1.jpg"}) folder_.write(name, "bytes");
  PassedOver none;
  const auto source =
      std::make_unique<StoreSource>(store_, InputOptions{}, list_images(*store_, {}, none).value());
  PlanRows rows;
  for (std::size_t i = 0; i < source->size(); ++i) add_image(source->listed(i), rows);
  const PartInfo part = write_plan_part(*store_, "_verger/plan/x.parquet", rows).value();
  EXPECT_EQ(part.rows, 3);
  const auto again = planned_source(store_, read_plan_part(*store_, part).value(), {}).value();
  ASSERT_EQ(again->size(), source->size());
  for (std::size_t i = 0; i < source->size(); ++i) {
    EXPECT_EQ(again->path(i), source->path(i));
    EXPECT_EQ(again->label(i), source->label(i));
    EXPECT_EQ(again->fingerprint(i), source->fingerprint(i));
    EXPECT_EQ(again->read(i).value(), source->read(i).value());
  }
}

TEST_F(PlannedImagesTest, ImagesInContainersKeepTheirPlaces) {
  PlanRows rows;
  ListedImage image;
  image.file = {.name = "x.tar", .size = 4096, .mtime_ns = 7};
  ListedImage::Packed& packed = image.packed.emplace();
  packed.path = "file:/x.tar/a.jpg";
  packed.label = "a";
  packed.place = {.position = 512, .length = 9};
  add_image(image, rows);
  const PartInfo part = write_plan_part(*store_, "x.parquet", rows).value();
  const auto source = planned_source(store_, read_plan_part(*store_, part).value(), {}).value();
  const ListedImage again = source->listed(0);
  EXPECT_EQ(again.file.name, "x.tar");
  EXPECT_EQ(again.packed->path, "file:/x.tar/a.jpg");
  EXPECT_EQ(again.packed->place.position, 512);
  EXPECT_EQ(source->fingerprint(0), "x.tar\t4096\t7\t512\t9\ta");
}

TEST_F(PlannedImagesTest, AnotherFileThanTheOrderDescribesIsRefused) {
  PlanRows rows;
  rows.file = {"a.jpg"};
  rows.size = {1};
  rows.modified_ns = {2};
  PartInfo part = write_plan_part(*store_, "x.parquet", rows).value();
  part.sha256[0] = part.sha256[0] == '0' ? '1' : '0';
  EXPECT_THAT(read_plan_part(*store_, part).error().message(), HasSubstr("the order describes"));
  const PartInfo inputs =
      write_inputs_part(*store_, "y.parquet", {.path = {"a"}, .stamp = {1}}).value();
  EXPECT_THAT(read_plan_part(*store_, inputs).error().message(), HasSubstr("no plan"));
}

TEST_F(PlannedImagesTest, AMatchComesBackByItsLetters) {
  ShardManifest manifest;
  manifest.features.name = "features/x.parquet";
  manifest.inputs = write_inputs_part(*store_, "inputs.parquet",
                                      {.path = {"a", "b", "c", "d"}, .stamp = {1, 2, 3, 4}})
                        .value();
  const ShardMatch match{
      .path = {"a", "b", "c", "d"},
      .fate = {RowFate::kKept, RowFate::kRemoved, RowFate::kChanged, RowFate::kKept},
      .image = {10, 0, 12, 15}};
  EXPECT_EQ(letters_of(match), "krck");
  const auto again = match_of("krck", *store_, manifest).value();
  EXPECT_EQ(again.path, match.path);
  EXPECT_EQ(again.fate, match.fate);
  EXPECT_EQ(again.images(RowFate::kKept), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(again.images(RowFate::kChanged), (std::vector<std::size_t>{1}));
  for (const auto& letters : {"krc", "krckk", "krc?"}) {
    EXPECT_THAT(match_of(letters, *store_, manifest).error().message(), HasSubstr("does not tell"));
  }
}

}  // namespace
}  // namespace verger
