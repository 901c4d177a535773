// SPDX-License-Identifier: Apache-2.0
#include "plan/tar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "plan/packed_names.h"

namespace verger {

namespace {

constexpr int64_t kMostExtension = int64_t{1} << 20;  // bytes of a long name or a pax header

// A field of the header: where and how long.
struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr std::size_t kType = 156;
constexpr Field kMagic{257, 6};
constexpr Field kPrefix{345, 155};

std::string_view field_of(std::span<const uint8_t> header, Field field) {
  const auto* begin = reinterpret_cast<const char*>(header.data()) + field.at;
  return {begin, strnlen(begin, field.size)};
}

// Octal digits among spaces, or GNU's big-endian number with the highest bit set.
std::optional<int64_t> number_of(std::span<const uint8_t> header, Field field) {
  const uint8_t* bytes = header.data() + field.at;
  if ((bytes[0] & 0x80) != 0) {
    int64_t value = bytes[0] & 0x3f;
    for (std::size_t i = 1; i < field.size; ++i) {
      if (value > (std::numeric_limits<int64_t>::max() >> 8)) return std::nullopt;
      value = (value << 8) | bytes[i];
    }
    return (bytes[0] & 0x40) != 0 ? std::nullopt : std::optional(value);
  }
  std::string_view text = field_of(header, field);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text = text.substr(0, text.find(' '));
  int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (end.ptr != text.data() + text.size() || (end.ec != std::errc() && !text.empty())) {
    return std::nullopt;
  }
  return value < 0 ? std::nullopt : std::optional(value);
}

int64_t checksum(std::span<const uint8_t> header) {
  int64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.size;
    sum += own ? ' ' : header[i];
  }
  return sum;
}

// What extension headers say of the member that follows them.
struct Extension {
  std::optional<std::string> name;
  std::optional<int64_t> size;
};

// "27 path=Pineapple Mini/1.jpg\n" …; false when it is damaged.
bool parse_pax(std::string_view text, Extension& extension) {
  while (!text.empty() && text.front() != '\0') {
    std::size_t length = 0;
    const auto digits = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto used = static_cast<std::size_t>(digits.ptr - text.data());
    if (digits.ec != std::errc() || length > text.size() || length < used + 2) return false;
    const std::string_view record = text.substr(used + 1, length - used - 2);
    text.remove_prefix(length);
    const std::size_t equals = record.find('=');
    if (equals == record.npos) return false;
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") extension.name = std::string(value);
    if (key != "size") continue;
    int64_t size = -1;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), size);
    if (end.ec != std::errc() || end.ptr != value.data() + value.size() || size < 0) return false;
    extension.size = size;
  }
  return true;
}

Status damaged(int64_t at, const std::string& what) {
  return Status::io("it is no tar, or damaged: " + what + " at byte " + format_count(at));
}

class TarWalk {
 public:
  explicit TarWalk(ForwardReader& reader) : reader_(reader) {}

  Result<TarEnd> visit(const std::function<Status(const TarMember&)>& visitor) {
    while (true) {
      VERGER_ASSIGN_OR_RETURN(const auto header, reader_.at(at_, kTarBlock));
      if (header.empty() && at_ > 0) {
        return at_ > reader_.size() ? TarEnd::kWithinMember : TarEnd::kUnmarked;
      }
      if (header.size() < kTarBlock) return damaged(at_, "a header is cut off");
      if (std::ranges::all_of(header, [](uint8_t byte) { return byte == 0; })) {
        return TarEnd::kMarked;
      }
      VERGER_RETURN_IF_ERROR(step(header, visitor));
    }
  }

 private:
  Status step(std::span<const uint8_t> header,
              const std::function<Status(const TarMember&)>& visitor) {
    const int64_t start = at_;
    if (number_of(header, kChecksum) != checksum(header)) {
      return damaged(start, "the checksum of a header does not fit");
    }
    auto size = number_of(header, kSize);
    const char type = static_cast<char>(header[kType]);
    const bool extends = type == 'x' || type == 'L' || type == 'g' || type == 'K';
    if (!extends && extension_.size) size = extension_.size;
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
    if (!size || *size > kMost) return damaged(start, "a size is none");
    const bool empty = type == '1' || type == '2' || type == '5';  // links and folders: no bytes
    TarMember member{.name = name_of(header),
                     .offset = start + kTarBlock,
                     .size = *size,
                     .regular = type == '0' || type == '\0' || type == '7'};
    const int64_t blocks = empty ? 0 : (*size + kTarBlock - 1) / kTarBlock;
    if (blocks > kMost / kTarBlock) return damaged(start, "a size is none");
    at_ = member.offset + blocks * kTarBlock;
    if (extends) return extend(type, member);
    extension_ = {};
    const bool file = member.regular || type == '1' || type == '2' || type == 'S';
    if (!file || member.name.empty()) return {};
    return visitor(member);
  }

  std::string name_of(std::span<const uint8_t> header) const {
    if (extension_.name) return plain_name(*extension_.name);
    std::string name(field_of(header, kName));
    if (field_of(header, kMagic) == "ustar") {
      const std::string prefix(field_of(header, kPrefix));
      if (!prefix.empty()) name = prefix + '/' + name;
    }
    return plain_name(name);
  }

  Status extend(char type, const TarMember& member) {
    if (type == 'g' || type == 'K') return {};
    if (member.size > kMostExtension) return damaged(member.offset, "a name is too long");
    VERGER_ASSIGN_OR_RETURN(const auto bytes, reader_.at(member.offset, member.size));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (type == 'L') {
      extension_.name = std::string(text.substr(0, text.find('\0')));
    } else if (!parse_pax(text, extension_)) {
      return damaged(member.offset, "a pax header cannot be understood");
    }
    return {};
  }

  ForwardReader& reader_;
  int64_t at_ = 0;
  Extension extension_;
};

void put(std::string& header, Field field, const std::string& text) {
  header.replace(field.at, std::min(field.size, text.size()), text, 0, field.size);
}

std::string octal(int64_t value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*llo", digits, static_cast<long long>(value));
  return text.data();
}

std::string plain_header(const std::string& name, int64_t size, int64_t mtime, char type) {
  std::string header(kTarBlock, '\0');
  put(header, kName, name);
  put(header, kMode, "0000644");
  put(header, {108, 8}, "0000000");  // user
  put(header, {116, 8}, "0000000");  // group
  put(header, kSize, octal(size, 11));
  put(header, kTime, octal(std::max<int64_t>(mtime, 0), 11));
  header[kType] = type;
  put(header, {kMagic.at, 8}, std::string("ustar\00000", 8));
  const std::span bytes(reinterpret_cast<const uint8_t*>(header.data()), header.size());
  put(header, kChecksum, octal(checksum(bytes), 6) + '\0' + ' ');
  return header;
}

// A pax record tells its own length, digits included.
std::string pax_record(const std::string& key, const std::string& value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest > length) ++length;
  return std::to_string(length) + ' ' + key + '=' + value + '\n';
}

}  // namespace

Result<std::span<const uint8_t>> ForwardReader::at(int64_t offset, int64_t size) {
  const int64_t end = std::min(offset > size_ - size ? size_ : offset + size, size_);
  if (offset >= end) return std::span<const uint8_t>();
  if (offset < begin_ || end > begin_ + static_cast<int64_t>(buffer_.size())) {
    const int64_t wanted = std::min(std::max(end - offset, read_ahead_), size_ - offset);
    buffer_.resize(static_cast<std::size_t>(wanted));
    begin_ = offset;
    if (Status filled = fill_(offset, buffer_); !filled.ok()) {
      buffer_.clear();
      return filled;
    }
  }
  return std::span<const uint8_t>(buffer_).subspan(static_cast<std::size_t>(offset - begin_),
                                                   static_cast<std::size_t>(end - offset));
}

Result<TarEnd> visit_tar(ForwardReader& reader,
                         const std::function<Status(const TarMember&)>& visitor) {
  return TarWalk(reader).visit(visitor);
}

std::string tar_header(const std::string& name, int64_t size, int64_t mtime) {
  if (name.size() <= kName.size && size < (int64_t{1} << 33)) {
    return plain_header(name, size, mtime, '0');
  }
  std::string records = pax_record("path", name);
  if (size >= (int64_t{1} << 33)) records += pax_record("size", std::to_string(size));
  std::string header =
      plain_header("././@PaxHeader", static_cast<int64_t>(records.size()), mtime, 'x');
  records.resize((records.size() + kTarBlock - 1) / kTarBlock * kTarBlock, '\0');
  const int64_t shown = size < (int64_t{1} << 33) ? size : 0;
  return header + records + plain_header(name.substr(0, kName.size), shown, mtime, '0');
}

}  // namespace verger
