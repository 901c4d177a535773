// SPDX-License-Identifier: Apache-2.0
// verger's side of the measurement; see run.py.
//
//   verger_preprocess LIST TENSORS
//
// LIST names a file a line. All are read into memory, then turned into tensors, once to warm up and
// once timed, on one thread. TENSORS gets the float32 of the first 64. Prints JSON.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "verger/image.h"

namespace {

using Files = std::vector<std::vector<uint8_t>>;
constexpr std::size_t kChecked = 64;

Files read_files(const char* list_path) {
  Files files;
  std::ifstream list(list_path);
  for (std::string path; std::getline(list, path);) {
    std::ifstream file(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// False if an image was rejected. Writes the first tensors to `out`, if there is one.
bool process(const Files& files, std::ofstream* out) {
  verger::ImageReader reader(verger::ImageOptions{});
  std::vector<float> tensor(verger::kTensorSize);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (reader.read(files[i], tensor)) return false;
    if (out == nullptr || i >= kChecked) continue;
    out->write(reinterpret_cast<const char*>(tensor.data()),
               static_cast<std::streamsize>(tensor.size() * sizeof(float)));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Files files = read_files(argv[1]);
  std::ofstream out(argv[2], std::ios::binary);
  if (files.empty() || !process(files, &out)) return 1;
  const auto start = std::chrono::steady_clock::now();
  const double cpu_start = cpu_seconds();
  process(files, nullptr);
  const double cpu = cpu_seconds() - cpu_start;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf("{\"images\": %zu, \"wall\": %.6f, \"cpu\": %.6f}\n", files.size(), wall.count(),
              cpu);
}
