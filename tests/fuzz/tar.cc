// SPDX-License-Identifier: Apache-2.0
// Bytes of a tar → its members and their bytes.
#include <algorithm>
#include <span>
#include <string>

#include "plan/tar_images.h"
#include "target.h"

namespace {

// The checksum of each header that is where a header may be, put right.
std::string mended(std::span<const uint8_t> bytes) {
  std::string tar(bytes.begin(), bytes.end());
  for (std::size_t at = 0; at + 512 <= tar.size(); at += 512) {
    if (tar.compare(at + 257, 5, "ustar") != 0) continue;
    tar.replace(at + 148, 8, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<uint8_t>(tar[at + i]);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    tar.replace(at + 148, 7, digits, 7);
  }
  return tar;
}

void walk(std::span<const uint8_t> bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  const auto fill = [&](int64_t offset, std::span<uint8_t> to) {
    const auto from = bytes.subspan(static_cast<std::size_t>(offset), to.size());
    std::ranges::copy(from, to.begin());
    return verger::Status();
  };
  verger::ForwardReader reader(fill, size, 512);
  (void)verger::list_tar_images(reader, {});
  std::size_t members = 0;
  (void)verger::visit_tar(reader, [&](const verger::TarMember& member) {
    verger::require(++members <= bytes.size() / 512, "a member has a header");
    verger::require(member.size >= 0 && member.offset >= 512, "places are positive");
    verger::require(member.offset <= size, "a member begins in the tar");
    verger::require(!member.name.empty() && member.name.front() != '/', "names are relative");
    verger::require(("/" + member.name + "/").find("/../") == std::string::npos, "no way up");
    return verger::Status();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  walk({data, size});
  const std::string tar = mended({data, size});
  walk({reinterpret_cast<const uint8_t*>(tar.data()), tar.size()});
  return 0;
}
