// SPDX-License-Identifier: Apache-2.0
// Bytes → moments, which are then merged and fitted as `verger reduce` does.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "target.h"
#include "verger/moments.h"
#include "verger/pca.h"

namespace verger {

namespace {

constexpr std::size_t kHashSize = 64;
constexpr int kMaxFitted = 16;

// The bytes with a right checksum: a random one would never be.
std::vector<uint8_t> with_checksum(std::span<const uint8_t> input) {
  std::vector<uint8_t> bytes(input.begin(), input.end());
  if (bytes.size() < kHashSize) return bytes;
  const std::string hash = sha256_hex(input.first(input.size() - kHashSize));
  std::ranges::copy(hash, bytes.end() - kHashSize);
  return bytes;
}

void read(std::span<const uint8_t> bytes) {
  auto moments = Moments::deserialise(bytes);
  if (!moments.ok()) return;
  require(std::ranges::equal(moments->serialise(), bytes), "moments are written as they were read");
  if (moments->width() > kMaxFitted) return;
  (void)fit_pca(*moments, {});
  const Moments other = *moments;
  if (moments->merge(other).ok()) (void)fit_pca(*moments, {});
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  verger::read(bytes);
  verger::read(verger::with_checksum(bytes));
  return 0;
}
