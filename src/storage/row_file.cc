// SPDX-License-Identifier: Apache-2.0
#include "storage/row_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/status_macros.h"
#include "base/temporary.h"

namespace verger {

namespace {

constexpr std::size_t kHeader = sizeof(uint32_t);  // the bytes of a block that follow

std::string error_text(int code) { return std::generic_category().message(code); }

// Small numbers take a byte, whatever their sign.
void put_number(std::string& to, int64_t value) {
  auto bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) to += static_cast<char>(bits | 0x80);
  to += static_cast<char>(bits);
}

std::optional<int64_t> take_number(std::string_view& from) {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  return std::nullopt;
}

std::string encoded(std::span<const ListRow> rows) {
  std::string bytes(kHeader, '\0');
  std::string_view before;
  for (const ListRow& row : rows) {
    const auto differs = std::ranges::mismatch(before, row.key).in1;
    const auto shared = static_cast<std::size_t>(differs - before.begin());
    put_number(bytes, static_cast<int64_t>(shared));
    put_number(bytes, static_cast<int64_t>(row.key.size() - shared));
    bytes.append(row.key, shared);
    for (const int64_t number : row.numbers) put_number(bytes, number);
    before = row.key;
  }
  const auto length = static_cast<uint32_t>(bytes.size() - kHeader);
  std::copy_n(reinterpret_cast<const char*>(&length), kHeader, bytes.begin());
  return bytes;
}

std::optional<ListRow> take_row(std::string_view& from, const std::string& before) {
  const auto shared = take_number(from);
  const auto rest = take_number(from);
  if (!shared || !rest || *shared < 0 || *rest < 0) return std::nullopt;
  const auto from_before = static_cast<std::size_t>(*shared);
  const auto own = static_cast<std::size_t>(*rest);
  if (from_before > before.size() || own > from.size()) return std::nullopt;
  ListRow row{.key = before.substr(0, from_before)};
  row.key += from.substr(0, own);
  from.remove_prefix(own);
  for (int64_t& number : row.numbers) {
    const auto value = take_number(from);
    if (!value) return std::nullopt;
    number = *value;
  }
  return row;
}

}  // namespace

Result<RowFile> RowFile::create() {
  auto made = make_temporary();
  if (made.ok()) {
    unlink(made->path.c_str());  // it lives as long as its descriptor
    return RowFile(made->descriptor, temporary_folder());
  }
  return Status::io("The list of images is too long for memory. " + made.error().message());
}

RowFile::RowFile(RowFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      folder_(std::move(other.folder_)),
      size_(other.size_) {}

RowFile& RowFile::operator=(RowFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(folder_, other.folder_);
  std::swap(size_, other.size_);
  return *this;
}

RowFile::~RowFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status RowFile::append(std::span<const ListRow> rows) {
  const std::string bytes = encoded(rows);
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t written = pwrite(descriptor_, left.data(), left.size(), size_);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return Status::io("The list of images does not fit into the temporary folder " + folder_ +
                        ": " + error_text(errno) + "; set TMPDIR to a folder with more room.");
    }
    left.remove_prefix(static_cast<std::size_t>(written));
    size_ += written;
  }
  return {};
}

Result<RowFile::Block> RowFile::read(int64_t at) const {
  const auto damaged = [&](const std::string& why) {
    return Status::io("The list of images cannot be read again from the temporary folder " +
                      folder_ + ": " + why + '.');
  };
  std::string bytes;
  const auto read_bytes = [&](std::size_t count, int64_t from) -> Status {
    bytes.resize(count);
    for (std::size_t done = 0; done < count;) {
      const ssize_t got =
          pread(descriptor_, bytes.data() + done, count - done, from + static_cast<int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return damaged(error_text(errno));
      if (got == 0) return damaged("it is cut off");
      done += static_cast<std::size_t>(got);
    }
    return {};
  };
  VERGER_RETURN_IF_ERROR(read_bytes(kHeader, at));
  uint32_t length = 0;
  std::copy_n(bytes.begin(), kHeader, reinterpret_cast<char*>(&length));
  const auto begin = at + static_cast<int64_t>(kHeader);
  VERGER_RETURN_IF_ERROR(read_bytes(length, begin));
  Block block{.rows = {}, .end = begin + static_cast<int64_t>(length)};
  std::string before;
  for (std::string_view left = bytes; !left.empty();) {
    auto row = take_row(left, before);
    if (!row) return damaged("it holds other bytes than were written");
    before = row->key;
    block.rows.push_back(*std::move(row));
  }
  return block;
}

}  // namespace verger
