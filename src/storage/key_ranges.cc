// SPDX-License-Identifier: Apache-2.0
#include "storage/key_ranges.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace verger {

namespace {

constexpr int kFractionDigits = 10;  // A fraction has about as many as a double holds.

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

KeyRanges::KeyRanges(std::string prefix) : prefix_(std::move(prefix)) { ranges_[0].at = prefix_; }

bool KeyRanges::holds(std::size_t range, std::string_view key) const {
  const auto& last = ranges_.at(range).last;
  return !last || key <= *last;
}

void KeyRanges::move(std::size_t range, const std::string& key) {
  ranges_.at(range).at = key;
  ranges_.at(range).begun = true;
  for (const char c : std::string_view(key).substr(std::min(key.size(), prefix_.size()))) {
    if (c < ' ' || c > '~') continue;
    const auto place = std::ranges::lower_bound(characters_, c);
    if (place == characters_.end() || *place != c) characters_.insert(place, c);
  }
}

void KeyRanges::close(std::size_t range) { ranges_.erase(range); }

std::optional<std::size_t> KeyRanges::cut() {
  std::vector<std::pair<double, Range*>> widest;
  for (auto& [number, range] : ranges_) {
    if (range.begun) widest.emplace_back(width(range), &range);
  }
  std::ranges::sort(widest, std::greater<>(), [](const auto& each) { return each.first; });
  for (const auto& [width, range] : widest) {
    auto half = middle(*range);
    if (!half) continue;
    ranges_[numbers_] = {.at = *half, .last = std::exchange(range->last, half)};
    return numbers_++;
  }
  return std::nullopt;
}

// How many first bytes every key of the range has, whole characters of UTF-8: a server may refuse
// half a one.
std::size_t KeyRanges::common(const Range& range) const {
  if (!range.last) return prefix_.size();
  auto same =
      static_cast<std::size_t>(std::ranges::mismatch(range.at, *range.last).in1 - range.at.begin());
  while (same > prefix_.size() && same < range.at.size() && continues_a_character(range.at[same])) {
    --same;
  }
  return same;
}

// What is behind `from` as a number from 0 to 1 with a digit a character: 0 for the end of the key,
// then those of characters_ in order. Bytes that are none of those count as the next lower one.
double KeyRanges::fraction(std::string_view key, std::size_t from) const {
  const auto base = static_cast<double>(characters_.size() + 1);
  double unit = 1;
  double sum = 0;
  for (const char c : key.substr(std::min(from, key.size())).substr(0, kFractionDigits)) {
    const auto digit =
        std::ranges::upper_bound(characters_, static_cast<unsigned char>(c), {},
                                 [](char each) { return static_cast<unsigned char>(each); }) -
        characters_.begin();
    unit /= base;
    sum += unit * static_cast<double>(digit);
  }
  return sum;
}

double KeyRanges::width(const Range& range) const {
  const std::size_t from = common(range);
  const double whole = (range.last ? fraction(*range.last, from) : 1.0) - fraction(range.at, from);
  return whole * std::pow(characters_.size() + 1, -static_cast<double>(from - prefix_.size()));
}

// The shortest key that halves the range about; nullopt when there is none between its ends.
std::optional<std::string> KeyRanges::middle(const Range& range) const {
  const std::size_t from = common(range);
  const double end = range.last ? fraction(*range.last, from) : 1.0;
  double rest = (fraction(range.at, from) + end) / 2;
  std::string key = range.at.substr(0, from);
  if (characters_.empty()) return std::nullopt;
  for (int i = 0; i < kFractionDigits; ++i) {
    rest *= static_cast<double>(characters_.size() + 1);
    const auto digit =
        std::clamp<std::size_t>(static_cast<std::size_t>(rest), 1, characters_.size());
    key += characters_[digit - 1];
    rest = std::max(0.0, rest - static_cast<double>(digit));
    if (key > range.at && (!range.last || key < *range.last)) return key;
  }
  return std::nullopt;
}

}  // namespace verger
