// SPDX-License-Identifier: Apache-2.0
#include "model/hdf5_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "model/keras_fixture.h"

namespace verger {
namespace {

std::vector<uint8_t> small_file() {
  std::vector<float> values(24);
  std::iota(values.begin(), values.end(), 0.0F);
  return write_hdf5({{"a/b/values", {2, 3, 4}, values}, {"a/c", {1}, {7}}});
}

TEST(Hdf5File, IndexAndRead) {
  const auto bytes = small_file();
  Hdf5File file(bytes);
  ASSERT_TRUE(file.is_open());
  const auto index = file.index();
  ASSERT_TRUE(index);
  EXPECT_EQ(index->size(), 2);
  EXPECT_EQ(index->at("a/b/values"), (std::vector<std::size_t>{2, 3, 4}));
  std::vector<float> converted;
  const auto values = file.read("a/b/values", 24, converted);
  ASSERT_TRUE(values);
  EXPECT_EQ((*values)[23], 23);
}

TEST(Hdf5File, ArraysAreReadAtTheirSizeOnly) {
  const auto bytes = small_file();
  Hdf5File file(bytes);
  std::vector<float> converted;
  EXPECT_FALSE(file.read("a/b/values", 23, converted));
  EXPECT_FALSE(file.read("a/b/values", 25, converted));
}

TEST(Hdf5File, AnAbsentArrayIsNotRead) {
  const auto bytes = small_file();
  Hdf5File file(bytes);
  std::vector<float> converted;
  EXPECT_TRUE(file.read("a/c", 1, converted));
  EXPECT_FALSE(file.read("a/nothing", 1, converted));
}

// The same file at every distance from what a processor aligns its floats to.
TEST(Hdf5File, FloatsAreReadWhereTheyLieAndElsewhereConverted) {
  const auto bytes = small_file();
  std::size_t in_place = 0;
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<uint8_t> moved(shift);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    const Hdf5File file(std::span<const uint8_t>(moved).subspan(shift));
    std::vector<float> converted;
    const auto values = file.read("a/b/values", 24, converted);
    ASSERT_TRUE(values);
    EXPECT_EQ((*values)[23], 23);
    if (values->data() != converted.data()) ++in_place;
  }
  EXPECT_EQ(in_place, 2);
}

TEST(Hdf5File, SignaturesAreFoundAfterAUserBlock) {
  auto bytes = small_file();
  EXPECT_TRUE(has_hdf5_signature(bytes));
  bytes.insert(bytes.begin(), 512, 0);
  EXPECT_TRUE(has_hdf5_signature(bytes));
  EXPECT_FALSE(has_hdf5_signature(std::vector<uint8_t>(9000, 0)));
  EXPECT_FALSE(has_hdf5_signature({}));
}

// Writes a file with one array at "x" whose creation properties `prepare` sets.
struct Form {
  hid_t type = H5T_IEEE_F32LE;
  bool newest = false;             // the newest form of the format
  std::size_t more = 0;            // further arrays
  std::vector<float> values = {};  // none: nothing is written
};

template <class Prepare>
std::vector<uint8_t> file_with(Prepare prepare, const Form& form = {}) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 16, 0);
  if (form.newest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fcreate("x", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const std::array<hsize_t, 1> sides = {64};
  const hid_t space = H5Screate_simple(1, sides.data(), nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  prepare(creation);
  const hid_t array = H5Dcreate2(file, "x", form.type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  if (!form.values.empty()) {
    H5Dwrite(array, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, form.values.data());
  }
  H5Dclose(array);
  for (std::size_t i = 0; i < form.more; ++i) {
    const std::string name = "more" + std::to_string(i);
    H5Dclose(
        H5Dcreate2(file, name.c_str(), form.type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  H5Lcreate_external("/etc/passwd", "/", file, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  std::vector<uint8_t> bytes(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)));
  H5Fget_file_image(file, bytes.data(), bytes.size());
  H5Pclose(creation);
  H5Sclose(space);
  H5Fclose(file);
  H5Pclose(access);
  return bytes;
}

TEST(Hdf5File, OnlyArraysInOnePieceWithinTheFileAreRead) {
  const auto read = [](const std::vector<uint8_t>& bytes) {
    Hdf5File file(bytes);
    std::vector<float> converted;
    EXPECT_EQ(file.index()->size(), 1);
    return file.read("x", 64, converted).has_value();
  };
  EXPECT_TRUE(read(file_with([](hid_t) {})));
  EXPECT_FALSE(
      read(file_with([](hid_t creation) { H5Pset_external(creation, "/etc/passwd", 0, 256); })));
  EXPECT_FALSE(read(file_with([](hid_t creation) {
    const hsize_t chunk = 64;
    H5Pset_chunk(creation, 1, &chunk);
  })));
}

std::vector<float> slope() {
  std::vector<float> values(64);
  std::iota(values.begin(), values.end(), -20.5F);
  return values;
}

std::vector<float> read_x(const std::vector<uint8_t>& bytes) {
  const Hdf5File file(bytes);
  std::vector<float> converted;
  const auto values = file.read("x", 64, converted);
  EXPECT_TRUE(values);
  return {values->begin(), values->end()};
}

bool can_read_x(const std::vector<uint8_t>& bytes) {
  std::vector<float> converted;
  return Hdf5File(bytes).read("x", 64, converted).has_value();
}

void leave_as_it_is(hid_t) {}

TEST(Hdf5File, EveryIeeeTypeIsRead) {
  const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  for (const hid_t type : {half, H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
    EXPECT_EQ(read_x(file_with(leave_as_it_is, {.type = type, .values = slope()})), slope());
  }
  H5Tclose(half);
  for (const hid_t type : {H5T_STD_I32LE, H5T_STD_U8LE, H5T_VAX_F32}) {
    EXPECT_FALSE(can_read_x(file_with(leave_as_it_is, {.type = type, .values = slope()})));
  }
}

TEST(Hdf5File, EveryFormOfTheFormatIsRead) {
  const auto compact = [](hid_t creation) { H5Pset_layout(creation, H5D_COMPACT); };
  for (const bool newest : {false, true}) {
    const Form form{.newest = newest, .more = 5, .values = slope()};
    EXPECT_EQ(read_x(file_with(leave_as_it_is, form)), slope());
    EXPECT_EQ(read_x(file_with(compact, form)), slope());
    auto moved = file_with(leave_as_it_is, form);
    moved.insert(moved.begin(), 1024, 0);
    EXPECT_EQ(read_x(moved), slope());
  }
  EXPECT_EQ(read_x(file_with(leave_as_it_is)), std::vector<float>(64, 0.0F));
}

TEST(Hdf5File, GroupsOfManyLinksAreReadInTheFormThatKerasWrites) {
  std::vector<FixtureArray> arrays;
  for (int i = 0; i < 1000; ++i) arrays.push_back({"a/" + std::to_string(i), {1}, {1}});
  const auto bytes = write_hdf5(arrays);
  const Hdf5File file(bytes);
  ASSERT_TRUE(file.index());
  EXPECT_EQ(file.index()->size(), 1000);
  const auto newest = file_with(leave_as_it_is, {.newest = true, .more = 300});
  EXPECT_FALSE(Hdf5File(newest).index());  // links in a fractal heap
}

TEST(Hdf5File, WhatWasNeverWrittenIsReadOnlyAsZeros) {
  const auto filled_with = [](float value) {
    return file_with(
        [value](hid_t creation) { H5Pset_fill_value(creation, H5T_NATIVE_FLOAT, &value); });
  };
  EXPECT_FALSE(can_read_x(filled_with(7)));
}

// No flipped byte may crash the reader; whatever it reads is of the size that was asked.
TEST(Hdf5File, DamagedFilesAreRefusedOrRead) {
  const auto sound = small_file();
  std::vector<float> converted;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto bytes = sound;
    bytes[i] = static_cast<uint8_t>(~bytes[i]);
    Hdf5File file(bytes);
    if (!file.is_open() || !file.index()) continue;
    const auto values = file.read("a/b/values", 24, converted);
    if (values) {
      EXPECT_EQ(values->size(), 24);
    }
  }
}

}  // namespace
}  // namespace verger
