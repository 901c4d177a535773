// SPDX-License-Identifier: Apache-2.0
#include "search/temporary_file.h"

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/temporary.h"
#include "storage/io_error.h"

namespace verger {

namespace {

constexpr int64_t kBlock = int64_t{4} << 20;

Status failure(const std::string& path) {
  return Status::io("Cannot use the temporary file " + path + ": " +
                    std::generic_category().message(errno) +
                    "; set TMPDIR to a folder with more room.");
}

std::span<const uint8_t> bytes_of(const std::vector<char>& block, std::size_t size) {
  return {reinterpret_cast<const uint8_t*>(block.data()), size};
}

}  // namespace

Result<TemporaryFile> TemporaryFile::create() {
  VERGER_ASSIGN_OR_RETURN(MadeFile made, make_temporary());
  close(made.descriptor);
  return TemporaryFile(std::move(made.path));
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, std::string())) {}

Result<std::string> TemporaryFile::copy_from(const Store& store, const std::string& name) const {
  VERGER_ASSIGN_OR_RETURN(const auto from, store.open_file(name));
  std::ofstream to(path_, std::ios::binary | std::ios::trunc);
  Sha256 sha;
  std::vector<char> block(static_cast<std::size_t>(kBlock));
  for (;;) {
    const auto read = from->Read(kBlock, block.data());
    if (!read.ok()) return io_error("read", store.shown(name), read.status());
    if (*read == 0) break;
    sha.update(bytes_of(block, static_cast<std::size_t>(*read)));
    if (!to.write(block.data(), *read)) return failure(path_);
  }
  if (!to.flush()) return failure(path_);
  return sha.finish();
}

Result<std::string> TemporaryFile::copy_to(Store& store, const std::string& name) const {
  std::ifstream from(path_, std::ios::binary);
  if (!from) return failure(path_);
  VERGER_ASSIGN_OR_RETURN(const auto to, store.create(name));
  Sha256 sha;
  std::vector<char> block(static_cast<std::size_t>(kBlock));
  while (from.read(block.data(), kBlock) || from.gcount() > 0) {
    const std::streamsize size = from.gcount();
    sha.update(bytes_of(block, static_cast<std::size_t>(size)));
    const auto written = to->stream()->Write(block.data(), size);
    if (!written.ok()) return io_error("write", store.shown(name), written);
  }
  if (from.bad()) return failure(path_);
  VERGER_RETURN_IF_ERROR(to->commit());
  return sha.finish();
}

}  // namespace verger
