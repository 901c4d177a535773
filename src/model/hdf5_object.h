// SPDX-License-Identifier: Apache-2.0
// The objects of an HDF5 file: HDF5 File Format Specification Version 3.0, section IV.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace verger {

// Takes little-endian numbers from untrusted bytes, one after another. What lies beyond the end is
// 0 and makes ok() false.
class Hdf5Cursor {
 public:
  explicit Hdf5Cursor(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t number(std::size_t size);  // 1 to 8 bytes
  std::span<const uint8_t> take(std::size_t size);
  void skip(std::size_t size) { (void)take(size); }
  std::size_t left() const { return bytes_.size(); }
  bool ok() const { return ok_; }

 private:
  std::span<const uint8_t> bytes_;  // not yet taken
  bool ok_ = true;
};

inline constexpr uint64_t kHdf5Undefined = ~uint64_t{0};  // an address of nothing

enum class Hdf5MessageType : uint16_t {
  kDataspace = 0x01,
  kLinkInfo = 0x02,
  kDatatype = 0x03,
  kFillValue = 0x05,
  kLink = 0x06,
  kExternalFiles = 0x07,
  kLayout = 0x08,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
};

struct Hdf5Message {
  Hdf5MessageType type;
  bool shared = false;  // its body says where the message is
  std::span<const uint8_t> body;
};

// A group, an array or a named type: the messages of its header, in their order.
class Hdf5Object {
 public:
  // `file` begins at the superblock. Nothing when the header at `address` is damaged.
  static std::optional<Hdf5Object> read(std::span<const uint8_t> file, uint64_t address);

  const std::vector<Hdf5Message>& messages() const { return messages_; }
  const Hdf5Message* find(Hdf5MessageType type) const;  // the first one

 private:
  struct Block {
    uint64_t address;
    uint64_t size;
  };

  bool read_version_1(std::span<const uint8_t> file, uint64_t address);
  bool read_version_2(std::span<const uint8_t> file, uint64_t address);
  bool add(uint64_t type, uint64_t flags, std::span<const uint8_t> body);

  std::vector<Hdf5Message> messages_;
  std::vector<Block> continuations_;
};

// `size` bytes at an address; none when the file has fewer.
std::optional<std::span<const uint8_t>> hdf5_bytes_at(std::span<const uint8_t> file,
                                                      uint64_t address, uint64_t size);

}  // namespace verger
