// SPDX-License-Identifier: Apache-2.0
// Messages, a line each, over pipes.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "verger/status.h"

namespace verger {

// Reads lines of a file descriptor, which it borrows. Thread-safe: each line goes to one caller.
class LineReader {
 public:
  explicit LineReader(int file) : file_(file) {}

  // The next line, without its end; none at the end of the stream, or soon after `stop` says so. A
  // last line that has no end was cut off, and is none.
  using Stop = std::function<bool()>;
  std::optional<std::string> next(const Stop& stop);
  bool ended() const { return ended_; }

 private:
  bool wait(const Stop& stop) const;

  const int file_;
  std::mutex mutex_;
  std::string buffer_;
  std::size_t searched_ = 0;  // bytes of the buffer that hold no end of a line
  std::atomic<bool> ended_ = false;
};

// Writes lines to a file descriptor, which it borrows. Thread-safe: lines do not mix.
class LineWriter {
 public:
  explicit LineWriter(int file) : file_(file) {}

  // kIo when nobody reads any more.
  Status write(std::string line);

 private:
  const int file_;
  std::mutex mutex_;
};

// A process that speaks the protocol on its standard output: what else is written there goes to
// standard error from here on, and a pipe that nobody reads is an error and no signal. The
// descriptor for the protocol. Once.
int claim_standard_output();

}  // namespace verger
