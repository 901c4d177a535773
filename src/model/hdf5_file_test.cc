#include "model/hdf5_file.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <array>
#include <numeric>

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
  std::vector<float> values(24);
  EXPECT_TRUE(file.read("a/b/values", values));
  EXPECT_EQ(values[23], 23);
}

TEST(Hdf5File, ArraysAreReadAtTheirSizeOnly) {
  const auto bytes = small_file();
  Hdf5File file(bytes);
  std::vector<float> values(23);
  EXPECT_FALSE(file.read("a/b/values", values));
}

TEST(Hdf5File, AnAbsentArrayIsNotRead) {
  const auto bytes = small_file();
  Hdf5File file(bytes);
  std::vector<float> values(1);
  EXPECT_TRUE(file.read("a/c", values));
  EXPECT_FALSE(file.read("a/nothing", values));
}

TEST(Hdf5File, SignaturesAreFoundAfterAUserBlock) {
  auto bytes = small_file();
  EXPECT_TRUE(has_hdf5_signature(bytes));
  bytes.insert(bytes.begin(), 512, 0);
  EXPECT_TRUE(has_hdf5_signature(bytes));
  EXPECT_FALSE(has_hdf5_signature(std::vector<uint8_t>(9000, 0)));
  EXPECT_FALSE(has_hdf5_signature({}));
}

TEST(Hdf5File, TheLibrarysMessagesAreOnAgainAfterASoundFile) {
  const auto print = reinterpret_cast<H5E_auto2_t>(H5Eprint2);
  H5Eset_auto2(H5E_DEFAULT, print, stderr);
  const auto bytes = small_file();
  {
    const Hdf5File file(bytes);
  }
  H5E_auto2_t after = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &after, &data);
  EXPECT_EQ(after, print);
  EXPECT_EQ(data, stderr);
}

// Writes a file with one array at "x" whose creation properties `prepare` sets.
template <class Prepare>
std::vector<uint8_t> file_with(Prepare prepare) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 16, 0);
  const hid_t file = H5Fcreate("x", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const std::array<hsize_t, 1> sides = {64};
  const hid_t space = H5Screate_simple(1, sides.data(), nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  prepare(creation);
  H5Dclose(H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
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
    std::vector<float> values(64);
    EXPECT_EQ(file.index()->size(), 1);
    return file.read("x", values);
  };
  EXPECT_TRUE(read(file_with([](hid_t) {})));
  EXPECT_FALSE(
      read(file_with([](hid_t creation) { H5Pset_external(creation, "/etc/passwd", 0, 256); })));
  EXPECT_FALSE(read(file_with([](hid_t creation) {
    const hsize_t chunk = 64;
    H5Pset_chunk(creation, 1, &chunk);
  })));
}

// No flipped byte may crash the reader; whatever it reads is of the size that was asked.
TEST(Hdf5File, DamagedFilesAreRefusedOrRead) {
  const auto sound = small_file();
  std::vector<float> values(24);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    auto bytes = sound;
    bytes[i] = static_cast<uint8_t>(~bytes[i]);
    Hdf5File file(bytes);
    if (file.is_open() && file.index()) (void)file.read("a/b/values", values);
  }
}

}  // namespace
}  // namespace verger
