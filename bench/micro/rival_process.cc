// SPDX-License-Identifier: Apache-2.0
#include "micro/rival_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

extern char** environ;

namespace verger {

namespace {

bool write_all(int to, const void* from, std::size_t size) {
  const auto* at = static_cast<const char*>(from);
  while (size > 0) {
    const ssize_t some = write(to, at, size);
    if (some <= 0) return false;
    at += some;
    size -= static_cast<std::size_t>(some);
  }
  return true;
}

bool read_all(int from, void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t some = read(from, at, size);
    if (some <= 0) return false;
    at += some;
    size -= static_cast<std::size_t>(some);
  }
  return true;
}

}  // namespace

std::unique_ptr<RivalProcess> RivalProcess::start(const std::vector<std::string>& command,
                                                  std::span<const float> tensor,
                                                  std::span<float> features) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return nullptr;
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  pid_t process = -1;
  const int error =
      posix_spawn(&process, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (error != 0) {
    close(in[1]);
    close(out[0]);
    return nullptr;
  }
  std::unique_ptr<RivalProcess> rival(new RivalProcess(process, in[1], out[0]));
  if (!write_all(in[1], tensor.data(), tensor.size_bytes())) return nullptr;
  if (!read_all(out[0], features.data(), features.size_bytes())) return nullptr;
  return rival;
}

RivalProcess::~RivalProcess() {
  close(in_);
  close(out_);
  int status = 0;
  waitpid(process_, &status, 0);
}

bool RivalProcess::infer(int images, std::vector<double>& times) {
  const int32_t order = images;
  if (!write_all(in_, &order, sizeof order)) return false;
  const std::size_t before = times.size();
  times.resize(before + static_cast<std::size_t>(images));
  return read_all(out_, times.data() + before, static_cast<std::size_t>(images) * sizeof(double));
}

}  // namespace verger
