// SPDX-License-Identifier: Apache-2.0
// The fields of a message (Protocol Buffers, "Encoding"), of which ONNX files are made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/status_macros.h"
#include "verger/status.h"

namespace verger {

inline Status no_model() { return Status::model("is not an ONNX model"); }

// One of them.
struct Field {
  uint64_t number = 0;
  bool is_bytes = false;
  uint64_t value = 0;  // unless is_bytes
  Bytes bytes{};
};

// Borrows its bytes.
class Message {
 public:
  explicit Message(Bytes bytes) : left_(bytes) {}

  bool at_end() const { return left_.empty(); }

  // Nothing at the end; kModel when the bytes are no message.
  Result<std::optional<Field>> next() {
    if (left_.empty()) return std::optional<Field>();
    Field field;
    uint64_t key = 0;
    if (!read_varint(key)) return no_model();
    field.number = key >> 3;
    const bool fine = field.number != 0 && read_value(key & 7, field);
    return fine ? Result<std::optional<Field>>(std::optional(field)) : no_model();
  }

  bool read_varint(uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const uint8_t byte = left_.front();
      left_ = left_.subspan(1);
      value |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

 private:
  bool read_value(uint64_t wire, Field& field) {
    constexpr uint64_t kVarint = 0;
    constexpr uint64_t kEightBytes = 1;
    constexpr uint64_t kLengthAndBytes = 2;
    constexpr uint64_t kFourBytes = 5;
    uint64_t size = 0;
    switch (wire) {
      case kVarint:
        return read_varint(field.value);
      case kEightBytes:
      case kFourBytes:
        return take(wire == kEightBytes ? 8 : 4, field.bytes);
      case kLengthAndBytes:
        field.is_bytes = true;
        return read_varint(size) && take(size, field.bytes);
      default:
        return false;
    }
  }

  bool take(uint64_t size, Bytes& bytes) {
    if (size > left_.size()) return false;
    bytes = left_.first(size);
    left_ = left_.subspan(size);
    return true;
  }

  Bytes left_;
};

// Calls `visit(const Field&)`, which returns a Status, for each field.
template <class Visit>
Status for_each_field(Bytes message, const Visit& visit) {
  Message fields(message);
  while (true) {
    VERGER_ASSIGN_OR_RETURN(const auto field, fields.next());
    if (!field) return {};
    VERGER_RETURN_IF_ERROR(visit(*field));
  }
}

}  // namespace verger
