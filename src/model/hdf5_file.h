// SPDX-License-Identifier: Apache-2.0
// Reading a small, possibly hostile HDF5 file that lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace verger {

// The shape of each array of a file, by path without the leading '/': "Conv1/Conv1/kernel:0".
// Empty for an array of no or more than four dimensions.
using Hdf5Index = std::map<std::string, std::vector<std::size_t>, std::less<>>;

// True where an HDF5 file may begin: with its signature at 0, 512, 1024, 2048, …
bool has_hdf5_signature(std::span<const uint8_t> bytes);

// An open file: the part of the format (HDF5 File Format Specification, version 3.0) that Keras
// writes. The HDF5 library (1.10) crashes and reads beyond its buffers when a file is damaged on
// purpose, so it is not used here.
//
// Nothing outside `bytes`, which must outlive it, is read: soft and external links are not
// followed, nor external storage; attributes are left alone. Nothing is allocated but what the
// names in the file need. Immutable and thread-safe.
class Hdf5File {
 public:
  explicit Hdf5File(std::span<const uint8_t> bytes);

  bool is_open() const { return root_.has_value(); }

  // Nothing when the file's structure is damaged or larger than any that Keras writes.
  const std::optional<Hdf5Index>& index() const { return index_; }

  // An array of floating-point numbers (IEEE 754, of 16, 32 or 64 bits) as float32, row-major: as
  // they lie in `bytes`, or, where the processor could not take them so, in `converted`. Nothing,
  // with `converted` unspecified, when it is damaged, does not have exactly `count` elements, or is
  // not stored in one piece within the file, as Keras does.
  std::optional<std::span<const float>> read(const std::string& path, std::size_t count,
                                             std::vector<float>& converted) const;

 private:
  std::span<const uint8_t> file_;  // from the superblock on
  std::optional<uint64_t> root_;   // the address of the root group
  std::optional<Hdf5Index> index_;
  std::map<std::string, uint64_t, std::less<>> arrays_;  // the addresses
};

}  // namespace verger
