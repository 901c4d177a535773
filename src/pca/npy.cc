// SPDX-License-Identifier: Apache-2.0
#include "pca/npy.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <string>

#include "base/large_pages.h"

namespace verger {

namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

// As NumPy writes it: padded with spaces so that the values start at a multiple of 64 bytes.
std::string npy_header(std::span<const std::size_t> shape) {
  std::string dimensions;
  for (const std::size_t size : shape) {
    if (!dimensions.empty()) dimensions += ' ';
    dimensions += std::to_string(size);
    dimensions += ',';
  }
  if (shape.size() > 1) dimensions.pop_back();  // only a tuple of one keeps its comma
  std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + dimensions + "), }";
  constexpr std::size_t kPrefix = 10;  // magic, version, length of the text
  text.append(63 - (kPrefix + text.size()) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

std::size_t count_of(std::span<const std::size_t> shape) {
  std::size_t count = 1;
  for (const std::size_t size : shape) count *= size;
  return count;
}

}  // namespace

std::vector<uint8_t> encode_npy(std::span<const double> values,
                                std::span<const std::size_t> shape) {
  assert(values.size() == count_of(shape));
  const std::string header = npy_header(shape);
  std::vector<uint8_t> bytes(header.size() + values.size_bytes());
  std::copy(header.begin(), header.end(), bytes.begin());
  std::memcpy(bytes.data() + header.size(), values.data(), values.size_bytes());
  return bytes;
}

std::optional<std::span<const uint8_t>> npy_values(std::span<const uint8_t> bytes,
                                                   std::span<const std::size_t> shape) {
  const std::string header = npy_header(shape);
  if (bytes.size() != header.size() + count_of(shape) * sizeof(double)) return std::nullopt;
  const auto same = [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; };
  if (!std::equal(header.begin(), header.end(), bytes.begin(), same)) return std::nullopt;
  return bytes.subspan(header.size());
}

std::optional<std::vector<double>> decode_npy(std::span<const uint8_t> bytes,
                                              std::span<const std::size_t> shape) {
  const auto stored = npy_values(bytes, shape);
  if (!stored) return std::nullopt;
  std::vector<double> values;
  reserve_large(values, count_of(shape));
  values.resize(count_of(shape));
  std::memcpy(values.data(), stored->data(), stored->size());
  return values;
}

}  // namespace verger
