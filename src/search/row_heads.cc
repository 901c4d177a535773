// SPDX-License-Identifier: Apache-2.0
#include "search/row_heads.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "image/multiversion.h"

namespace verger {

namespace {

// More than the square of a unit's length is off, as its components are rounded.
constexpr double kUnitRounding = 1e-6;

// To the nearest whole number, by a conversion that rounds positive ones down.
inline int16_t code_of(double x) {
  constexpr double kLift = 32768;
  const double held = std::max(-1.0, std::min(x, 1.0));
  const double lifted = held * RowHead::kScale + (kLift + 0.5);
  return static_cast<int16_t>(static_cast<int32_t>(lifted) - static_cast<int32_t>(kLift));
}

VERGER_MULTIVERSION
void encode(const float* unit, std::size_t count, int16_t* codes) {
  for (std::size_t i = 0; i < count; ++i) codes[i] = code_of(static_cast<double>(unit[i]));
}

VERGER_MULTIVERSION
void multiply_codes(const int16_t* codes, std::size_t rows, const int16_t* by, int32_t* products) {
  for (std::size_t row = 0; row < rows; ++row, codes += RowHead::kDepth) {
    int32_t sum = 0;
    for (std::size_t i = 0; i < RowHead::kDepth; ++i) sum += int32_t{codes[i]} * int32_t{by[i]};
    products[row] = sum;
  }
}

}  // namespace

RowHead::RowHead(std::span<const float> unit) {
  const std::size_t depth = std::min(kDepth, unit.size());
  encode(unit.data(), depth, codes.data());
  double squares = 0;
  for (const float x : unit.first(depth))
    squares += static_cast<double>(x) * static_cast<double>(x);
  rest = static_cast<float>(std::sqrt(std::max(0.0, 1 + kUnitRounding - squares)));
}

RowHeads::RowHeads(std::span<const float> units, std::size_t width) {
  const std::size_t rows = units.size() / width;
  codes_.reserve(rows * RowHead::kDepth);
  rests_.reserve(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const RowHead head(units.subspan(row * width, width));
    codes_.insert(codes_.end(), head.codes.begin(), head.codes.end());
    rests_.push_back(head.rest);
  }
}

void RowHeads::multiply(const RowHead& head, std::span<int32_t> products) const {
  assert(products.size() == size());
  multiply_codes(codes_.data(), size(), head.codes.data(), products.data());
}

}  // namespace verger
