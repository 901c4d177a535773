// SPDX-License-Identifier: Apache-2.0
// The members of a tar: ustar, with pax and GNU extensions for long names and large files (POSIX.1
// pax interchange format; GNU tar's manual, "Basic Tar Format"). libarchive reads more, but it
// tells of no member where its bytes begin, which reading in ranges needs.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "verger/status.h"

namespace verger {

inline constexpr int64_t kTarBlock = 512;

struct TarMember {
  std::string name;     // '/'-separated, without empty, "." and ".." components
  int64_t offset = 0;   // where its bytes begin in the tar
  int64_t size = 0;     // may pass the end of a tar that is cut off
  bool regular = true;  // false: a link or a sparse file, whose bytes are not simply there
};

// Reads a file forwards, in pieces of at least `read_ahead` bytes.
class ForwardReader {
 public:
  // Fills all of the buffer with the file's bytes from an offset on.
  using Fill = std::function<Status(int64_t offset, std::span<uint8_t> to)>;

  ForwardReader(Fill fill, int64_t size, int64_t read_ahead)
      : fill_(std::move(fill)), size_(size), read_ahead_(read_ahead) {}

  int64_t size() const { return size_; }
  // The bytes at [offset, offset + size), fewer at the file's end; until the next call.
  Result<std::span<const uint8_t>> at(int64_t offset, int64_t size);

 private:
  const Fill fill_;
  const int64_t size_;
  const int64_t read_ahead_;
  int64_t begin_ = 0;
  std::vector<uint8_t> buffer_;
};

// Calls `visitor` for each member that is a file, in the order of the tar. Damage is kIo, one
// clause without the tar's name. Gives how it ended: by a block of zeros, or with the file, as a
// download that broke off does; perhaps within a member.
enum class TarEnd { kMarked, kUnmarked, kWithinMember };
Result<TarEnd> visit_tar(ForwardReader& reader,
                         const std::function<Status(const TarMember&)>& visitor);

// A member's header (512 bytes, or 1,536 with a pax header for a long name). `mtime`: seconds.
std::string tar_header(const std::string& name, int64_t size, int64_t mtime);

}  // namespace verger
