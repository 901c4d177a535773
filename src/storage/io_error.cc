// SPDX-License-Identifier: Apache-2.0
#include "storage/io_error.h"

#include <arrow/status.h>
#include <arrow/util/io_util.h>

#include <system_error>
#include <utility>

#include "base/numbers.h"
#include "storage/store.h"

namespace verger {

namespace {

Status sentence(std::string_view action, const std::string& path, std::string cause) {
  cause.resize(cause.find_last_not_of(" .\n") + 1);
  return Status::io("Cannot " + std::string(action) + " " + path + ": " + cause + ".");
}

}  // namespace

Status io_error(std::string_view action, const std::string& path, int error) {
  std::string cause = std::generic_category().message(error);
  if (cause.size() > 1 && cause[0] >= 'A' && cause[0] <= 'Z' && cause[1] >= 'a') {
    cause[0] = static_cast<char>(cause[0] - 'A' + 'a');
  }
  return sentence(action, path, std::move(cause));
}

Status io_error(std::string_view action, const std::string& path, const arrow::Status& error) {
  if (error.IsCancelled()) return Status::cancelled("Interrupted.");
  const int number = arrow::internal::ErrnoFromStatus(error);
  if (number != 0) return io_error(action, path, number);
  return sentence(action, path, error.message().substr(0, error.message().find('\n')));
}

Status check_size(int64_t bytes, const FileEntry& listed, const std::string& path) {
  if (bytes == listed.size) return {};
  return sentence("read", path,
                  "it has " + format_count(bytes) + " bytes, where " + format_count(listed.size) +
                      " were listed");
}

}  // namespace verger
