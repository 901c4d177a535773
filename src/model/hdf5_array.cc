// SPDX-License-Identifier: Apache-2.0
// Arrays ("datasets"): their shape, the type of their numbers, and where they lie.
#include "model/hdf5_array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "base/bytes.h"

namespace verger {

namespace {

using Type = Hdf5MessageType;

struct FloatType {
  std::size_t size = 0;
  bool big_endian = false;
};

// The fields of IEEE 754's formats, as a datatype message gives them.
struct Ieee {
  uint64_t size, sign, exponent_at, exponent_bits, mantissa_bits, bias;
};
constexpr Ieee kIeee[] = {
    {2, 15, 10, 5, 10, 15}, {4, 31, 23, 8, 23, 127}, {8, 63, 52, 11, 52, 1023}};

std::optional<FloatType> float_type(const Hdf5Object& array) {
  constexpr uint64_t kFloat = 1, kImpliedBit = 2;
  const Hdf5Message* message = array.find(Type::kDatatype);
  if (message == nullptr || message->shared) return std::nullopt;
  Hdf5Cursor at(message->body);
  const bool is_float = (at.number(1) & 15) == kFloat;
  const uint64_t form = at.number(1);
  const uint64_t sign = at.number(1);
  at.skip(1);
  const uint64_t size = at.number(4);
  const bool from_first_bit = at.number(2) == 0;
  const bool all_bits = at.number(2) == 8 * size;
  const uint64_t exponent_at = at.number(1), exponent_bits = at.number(1);
  const bool mantissa_first = at.number(1) == 0;
  const uint64_t mantissa_bits = at.number(1), bias = at.number(4);
  const bool vax = (form & 0x40) != 0;
  if (!at.ok() || !is_float || !from_first_bit || !all_bits || !mantissa_first || vax ||
      (form >> 4 & 3) != kImpliedBit) {
    return std::nullopt;
  }
  for (const Ieee& ieee : kIeee) {
    if (ieee.size == size && ieee.sign == sign && ieee.exponent_at == exponent_at &&
        ieee.exponent_bits == exponent_bits && ieee.mantissa_bits == mantissa_bits &&
        ieee.bias == bias) {
      return FloatType{size, (form & 1) != 0};
    }
  }
  return std::nullopt;
}

float half_to_float(uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31);
  const auto mantissa = static_cast<float>(bits & 1023);
  float value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent == 31) {
    value = mantissa == 0 ? std::numeric_limits<float>::infinity()
                          : std::numeric_limits<float>::quiet_NaN();
  } else {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

// A double beyond the largest float becomes infinity, which no weights may hold.
float double_to_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (std::abs(value) > kLargest) {
    return std::copysign(std::numeric_limits<float>::infinity(), value < 0 ? -1.0F : 1.0F);
  }
  return static_cast<float>(value);
}

float to_float(uint64_t bits, std::size_t size) {
  if (size == 4) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  return size == 2 ? half_to_float(bits) : double_to_float(std::bit_cast<double>(bits));
}

// The array's bytes, `size` in number. Empty when none were ever written: they are the fill value.
std::optional<Bytes> find_data(Bytes file, const Hdf5Object& array, uint64_t size) {
  constexpr uint64_t kCompact = 0, kContiguous = 1;
  const Hdf5Message* layout = array.find(Type::kLayout);
  if (layout == nullptr || layout->shared || array.find(Type::kExternalFiles) != nullptr) {
    return std::nullopt;
  }
  Hdf5Cursor at(layout->body);
  const uint64_t version = at.number(1);
  const uint64_t kind = at.number(1);
  if (version != 3 && version != 4) return std::nullopt;
  if (kind == kCompact) {
    const std::size_t stored = at.number(2);
    const Bytes data = at.take(stored);
    return at.ok() && data.size() == size ? std::optional(data) : std::nullopt;
  }
  if (kind != kContiguous) return std::nullopt;  // chunks could inflate without bound
  const uint64_t address = at.number(8);
  const uint64_t stored = at.number(8);
  if (!at.ok() || stored != size) return std::nullopt;
  if (address == kHdf5Undefined) return Bytes();
  return hdf5_bytes_at(file, address, size);
}

// Is what was never written 0? So it is unless the array says otherwise.
bool is_filled_with_zeros(const Hdf5Object& array) {
  const Hdf5Message* fill = array.find(Type::kFillValue);
  if (fill == nullptr) return true;
  Hdf5Cursor at(fill->body);
  const uint64_t version = at.number(1);
  if (version == 3) return (at.number(1) & 0x20) == 0 || at.number(4) == 0;
  at.skip(2);  // when to allocate, when to write
  const bool defined = at.number(1) != 0;
  return version == 2 && (!defined || at.number(4) == 0) && at.ok();
}

// Are these bytes floats for the processor, as they are and where they are?
bool are_floats(const FloatType& type, Bytes data) {
  return type.size == sizeof(float) && !type.big_endian &&
         std::endian::native == std::endian::little &&
         reinterpret_cast<std::uintptr_t>(data.data()) % alignof(float) == 0;
}

void convert(const FloatType& type, const uint8_t* from, std::span<float> values) {
  for (float& value : values) {
    uint64_t bits = 0;
    for (std::size_t i = 0; i < type.size; ++i) {
      bits = bits << 8 | from[type.big_endian ? i : type.size - 1 - i];
    }
    value = to_float(bits, type.size);
    from += type.size;
  }
}

}  // namespace

bool is_hdf5_array(const Hdf5Object& object) {
  return object.find(Type::kLayout) != nullptr && object.find(Type::kDataspace) != nullptr;
}

std::vector<std::size_t> hdf5_shape(const Hdf5Object& array) {
  constexpr std::size_t kMaxRank = 4;
  constexpr uint64_t kSimple = 1;
  const Hdf5Message* space = array.find(Type::kDataspace);
  if (space == nullptr || space->shared) return {};
  Hdf5Cursor at(space->body);
  const uint64_t version = at.number(1);
  const std::size_t rank = at.number(1);
  at.skip(1);  // flags
  const uint64_t kind = at.number(1);
  if (version == 1) at.skip(4);
  const bool known = version == 1 || (version == 2 && kind == kSimple);
  if (!known || rank < 1 || rank > kMaxRank) return {};
  std::vector<std::size_t> shape(rank);
  for (std::size_t& side : shape) side = at.number(8);
  if (!at.ok()) return {};
  return shape;
}

std::optional<std::span<const float>> read_hdf5_array(Bytes file, const Hdf5Object& array,
                                                      std::size_t count,
                                                      std::vector<float>& converted) {
  const std::vector<std::size_t> shape = hdf5_shape(array);
  const auto type = float_type(array);
  if (shape.empty() || !type) return std::nullopt;
  std::size_t elements = 1;
  for (const std::size_t side : shape) {
    if (side != 0 && elements > count / side) return std::nullopt;
    elements *= side;
  }
  if (elements != count) return std::nullopt;
  const auto data = find_data(file, array, count * type->size);
  if (!data) return std::nullopt;
  if (data->empty()) {
    if (!is_filled_with_zeros(array)) return std::nullopt;
    converted.assign(count, 0.0F);
  } else if (are_floats(*type, *data)) {
    const void* const numbers = data->data();
    return std::span(static_cast<const float*>(numbers), count);
  } else {
    converted.resize(count);
    convert(*type, data->data(), converted);
  }
  return converted;
}

}  // namespace verger
