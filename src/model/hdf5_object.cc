// SPDX-License-Identifier: Apache-2.0
#include "model/hdf5_object.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace verger {

namespace {

// Far more than any object of Keras has.
constexpr std::size_t kMaxMessages = 1'000;
constexpr std::size_t kMaxContinuations = 100;

constexpr std::array<uint8_t, 4> kVersion2Mark = {'O', 'H', 'D', 'R'};
constexpr std::array<uint8_t, 4> kVersion2BlockMark = {'O', 'C', 'H', 'K'};
constexpr std::size_t kChecksum = 4;

}  // namespace

uint64_t Hdf5Cursor::number(std::size_t size) {
  uint64_t value = 0;
  const Bytes bytes = take(size);
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

Bytes Hdf5Cursor::take(std::size_t size) {
  if (size > bytes_.size()) {
    ok_ = false;
    bytes_ = {};
    return {};
  }
  const Bytes taken = bytes_.first(size);
  bytes_ = bytes_.subspan(size);
  return taken;
}

std::optional<Bytes> hdf5_bytes_at(Bytes file, uint64_t address, uint64_t size) {
  if (address > file.size() || size > file.size() - address) return std::nullopt;
  return file.subspan(address, size);
}

std::optional<Hdf5Object> Hdf5Object::read(Bytes file, uint64_t address) {
  const auto mark = hdf5_bytes_at(file, address, kVersion2Mark.size());
  if (!mark) return std::nullopt;
  Hdf5Object object;
  const bool whole = std::ranges::equal(*mark, kVersion2Mark)
                         ? object.read_version_2(file, address)
                         : object.read_version_1(file, address);
  if (!whole) return std::nullopt;
  return object;
}

const Hdf5Message* Hdf5Object::find(Hdf5MessageType type) const {
  const auto message = std::ranges::find(messages_, type, &Hdf5Message::type);
  return message == messages_.end() ? nullptr : &*message;
}

bool Hdf5Object::add(uint64_t type, uint64_t flags, Bytes body) {
  constexpr uint64_t kShared = 2;
  const auto known = static_cast<Hdf5MessageType>(type);
  if (known == Hdf5MessageType::kContinuation) {
    Hdf5Cursor at(body);
    const uint64_t address = at.number(8);
    continuations_.push_back({address, at.number(8)});
    return at.ok() && continuations_.size() <= kMaxContinuations;
  }
  messages_.push_back({known, (flags & kShared) != 0, body});
  return messages_.size() <= kMaxMessages;
}

bool Hdf5Object::read_version_1(Bytes file, uint64_t address) {
  constexpr std::size_t kPrefix = 16, kHeader = 8;
  const auto prefix = hdf5_bytes_at(file, address, kPrefix);
  if (!prefix || (*prefix)[0] != 1) return false;
  Hdf5Cursor at(prefix->subspan(8));
  continuations_.push_back({address + kPrefix, at.number(4)});
  for (std::size_t i = 0; i < continuations_.size(); ++i) {
    const auto block = hdf5_bytes_at(file, continuations_[i].address, continuations_[i].size);
    if (!block) return false;
    Hdf5Cursor messages(*block);
    while (messages.left() >= kHeader) {
      const uint64_t type = messages.number(2);
      const std::size_t size = messages.number(2);
      const uint64_t flags = messages.number(1);
      messages.skip(3);
      const Bytes body = messages.take(size);
      if (!messages.ok() || !add(type, flags, body)) return false;
    }
  }
  return true;
}

bool Hdf5Object::read_version_2(Bytes file, uint64_t address) {
  constexpr uint64_t kOrdered = 0x04, kPhases = 0x10, kTimes = 0x20;
  Hdf5Cursor prefix(file.subspan(address + kVersion2Mark.size()));
  const bool known = prefix.number(1) == 2;
  const uint64_t flags = prefix.number(1);
  prefix.skip(((flags & kTimes) != 0 ? 16 : 0) + ((flags & kPhases) != 0 ? 4 : 0));
  const uint64_t size = prefix.number(std::size_t{1} << (flags & 3));
  if (!known || !prefix.ok()) return false;
  const std::size_t header = 4 + ((flags & kOrdered) != 0 ? 2 : 0);
  continuations_.push_back({file.size() - prefix.left(), size});
  for (std::size_t i = 0; i < continuations_.size(); ++i) {
    auto block = hdf5_bytes_at(file, continuations_[i].address, continuations_[i].size);
    if (!block) return false;
    if (i > 0) {
      constexpr std::size_t kFrame = kVersion2BlockMark.size() + kChecksum;
      if (block->size() < kFrame || !std::ranges::equal(block->first(4), kVersion2BlockMark)) {
        return false;
      }
      block = block->subspan(kVersion2BlockMark.size(), block->size() - kFrame);
    }
    Hdf5Cursor messages(*block);
    while (messages.left() >= header) {
      const uint64_t type = messages.number(1);
      const std::size_t length = messages.number(2);
      const uint64_t message_flags = messages.number(1);
      messages.skip(header - 4);
      const Bytes body = messages.take(length);
      if (!messages.ok() || !add(type, message_flags, body)) return false;
    }
  }
  return true;
}

}  // namespace verger
