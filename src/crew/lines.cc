// SPDX-License-Identifier: Apache-2.0
#include "crew/lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string_view>

namespace verger {

namespace {

constexpr int kPollMs = 100;  // until a stop is noticed

}  // namespace

// Is there something to read, or the end?
bool LineReader::wait(const Stop& stop) const {
  pollfd file{.fd = file_, .events = POLLIN, .revents = 0};
  while (!stop()) {
    const int ready = poll(&file, 1, kPollMs);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
  return false;
}

std::optional<std::string> LineReader::next(const Stop& stop) {
  const std::lock_guard lock(mutex_);
  while (true) {
    const std::size_t end = buffer_.find('\n', searched_);
    if (end != buffer_.npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = buffer_.size();
    if (ended_ || !wait(stop)) return std::nullopt;
    std::array<char, 1 << 16> more;
    const ssize_t got = ::read(file_, more.data(), more.size());
    if (got > 0) {
      buffer_.append(more.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      ended_ = true;
    }
  }
}

Status LineWriter::write(std::string line) {
  line += '\n';
  const std::lock_guard lock(mutex_);
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return Status::io("Nobody reads the messages of the crew's protocol any more.");
    }
  }
  return {};
}

int claim_standard_output() {
  std::signal(SIGPIPE, SIG_IGN);
  std::fflush(stdout);
  const int protocol = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return protocol;
}

}  // namespace verger
