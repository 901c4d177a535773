// SPDX-License-Identifier: Apache-2.0
// The bytes of Moments: docs/formats.md, section Moments.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "base/numbers.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "verger/moments.h"

namespace verger {

namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

constexpr std::string_view kMagic = "verger moments\r\n";  // 16 bytes; mangled by text transfers
constexpr uint32_t kMomentsVersion = 1;
constexpr std::size_t kHashSize = 64;  // hexadecimal SHA-256 of all that is before it

struct Header {
  char magic[16];
  uint32_t version;
  uint32_t width;
  int64_t count;
};
static_assert(sizeof(Header) == 32 && kMagic.size() == sizeof(Header::magic));

Status damaged_moments(const std::string& why) {
  return Status::io("The moments are damaged: " + why + ". Remove them to have them made anew.");
}

std::size_t encoded_size(std::size_t width) {
  return sizeof(Header) + (width + width * (width + 1) / 2) * sizeof(double) + kHashSize;
}

Result<Header> read_header(std::span<const uint8_t> bytes) {
  Header header;
  if (bytes.size() < sizeof header) return damaged_moments("they end within the header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::string_view(header.magic, sizeof header.magic) != kMagic) {
    return damaged_moments("they do not start as moments do");
  }
  if (header.version != kMomentsVersion) {
    return Status::io("The moments are of format version " + format_count(header.version) +
                      "; this program reads version " + format_count(kMomentsVersion) + ".");
  }
  if (header.width < 1 || header.width > static_cast<uint32_t>(Moments::kMaxWidth) ||
      bytes.size() != encoded_size(header.width)) {
    return damaged_moments("their size does not match their width");
  }
  const std::span<const uint8_t> hashed = bytes.first(bytes.size() - kHashSize);
  const std::span<const uint8_t> hash = bytes.last(kHashSize);
  const std::string expected = sha256_hex(hashed);
  if (!std::equal(hash.begin(), hash.end(), expected.begin())) {
    return damaged_moments("their SHA-256 does not match");
  }
  return header;
}

// No sum of squares is negative, and fewer than two rows have none.
bool is_plausible(int64_t count, std::span<const double> mean, std::span<const double> upper) {
  const auto finite = [](double x) { return std::isfinite(x); };
  const auto zero = [](double x) { return x == 0; };
  if (count < 0 || count > Moments::kMaxRows) return false;
  if (!std::ranges::all_of(mean, finite) || !std::ranges::all_of(upper, finite)) return false;
  if (count == 0 && !std::ranges::all_of(mean, zero)) return false;
  if (count < 2 && !std::ranges::all_of(upper, zero)) return false;
  for (std::size_t i = 0, at = 0; i < mean.size(); at += mean.size() - i, ++i) {
    if (upper[at] < 0) return false;
  }
  return true;
}

}  // namespace

std::vector<uint8_t> Moments::serialise() const {
  if (!pending_.empty()) return closed().serialise();
  Header header{{}, kMomentsVersion, static_cast<uint32_t>(width_), count_};
  std::copy(kMagic.begin(), kMagic.end(), header.magic);
  std::vector<uint8_t> bytes(encoded_size(mean_.size()));
  uint8_t* to = bytes.data();
  const auto put = [&to](const void* from, std::size_t size) {
    std::memcpy(to, from, size);
    to += size;
  };
  put(&header, sizeof header);
  put(mean_.data(), mean_.size() * sizeof(double));
  if (upper_.empty()) {
    to = bytes.data() + bytes.size() - kHashSize;  // zeros already
  } else {
    put(upper_.data(), upper_.size() * sizeof(double));
  }
  const std::string hash = sha256_hex({bytes.data(), to});
  put(hash.data(), hash.size());
  return bytes;
}

Result<Moments> Moments::deserialise(std::span<const uint8_t> bytes) {
  VERGER_ASSIGN_OR_RETURN(const Header header, read_header(bytes));
  Moments moments(static_cast<int>(header.width));
  moments.count_ = header.count;
  moments.make_upper();
  const uint8_t* from = bytes.data() + sizeof header;
  std::memcpy(moments.mean_.data(), from, moments.mean_.size() * sizeof(double));
  from += moments.mean_.size() * sizeof(double);
  std::memcpy(moments.upper_.data(), from, moments.upper_.size() * sizeof(double));
  if (!is_plausible(moments.count_, moments.mean_, moments.upper_)) {
    return damaged_moments("they hold values that no rows have");
  }
  return moments;
}

}  // namespace verger
