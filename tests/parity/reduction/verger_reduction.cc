// SPDX-License-Identifier: Apache-2.0
// Shows tests and benchmarks the reduction alone: features in a file → model and projections.
//
//   verger_reduction FEATURES.npy OUT VARIANCE COMPONENTS SHARDS THREADS
//
// FEATURES.npy is a float32 matrix in C order. OUT, an existing folder, receives the model's files
// and projected.npy. COMPONENTS 0 lets VARIANCE choose k. Prints a line
// of JSON for each step: the seconds that it took.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "pca/npy.h"
#include "verger/pca.h"
#include "verger/version.h"

namespace verger {
namespace {

struct Table {
  std::size_t rows = 0;
  std::size_t width = 0;
  std::vector<float> values;
};

struct Job {
  std::string features;
  std::string out;
  PcaOptions options;
  std::size_t shards = 1;
  int threads = 1;
};

Result<Table> read_table(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(10, '\0');
  file.read(head.data(), 10);
  std::string text(static_cast<uint8_t>(head[8]) + 256UL * static_cast<uint8_t>(head[9]), '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  Table table;
  constexpr const char* kHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }";
  if (!file || std::sscanf(text.c_str(), kHeader, &table.rows, &table.width) != 2) {
    return Status::io(path + " is not a .npy matrix of float32.");
  }
  table.values.resize(table.rows * table.width);
  file.read(reinterpret_cast<char*>(table.values.data()),
            static_cast<std::streamsize>(table.values.size() * sizeof(float)));
  if (!file) return Status::io(path + " ends too early.");
  return table;
}

Status write_file(const std::string& path, std::span<const uint8_t> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? Status() : Status::io("Cannot write " + path + ".");
}

struct Lap {
  double wall;
  double cpu;  // seconds that all threads worked
};

// The seconds since it was made, or asked last.
class Stopwatch {
 public:
  Lap lap() {
    const auto now = Clock::now();
    const std::clock_t cpu_now = std::clock();
    const std::chrono::duration<double> wall = now - std::exchange(begin_, now);
    const std::clock_t cpu = cpu_now - std::exchange(cpu_begin_, cpu_now);
    return {wall.count(), static_cast<double>(cpu) / CLOCKS_PER_SEC};
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
  std::clock_t cpu_begin_ = std::clock();
};

void print(const char* step, const Lap& lap) {
  std::printf("{\"step\": \"%s\", \"wall\": %.6f, \"cpu\": %.6f}\n", step, lap.wall, lap.cpu);
}

std::size_t shard_begin(const Table& table, const Job& job, std::size_t shard) {
  return table.rows * shard / job.shards;
}

Result<Moments> take_moments(const Table& table, const Job& job) {
  const auto width = static_cast<int>(table.width);
  MomentsTree tree(width, job.shards);
  std::mutex mutex;
  const auto take = [&](std::size_t shard) -> Status {
    const std::size_t begin = shard_begin(table, job, shard) * table.width;
    const std::size_t end = shard_begin(table, job, shard + 1) * table.width;
    Moments moments(width);
    VERGER_RETURN_IF_ERROR(moments.add(std::span(table.values).subspan(begin, end - begin)));
    const std::lock_guard lock(mutex);
    return tree.add(shard, std::move(moments));
  };
  const CancelToken never;
  VERGER_RETURN_IF_ERROR(parallel_for(job.shards, job.threads, never, take));
  return tree.finish();
}

Result<std::vector<double>> project_all(const Table& table, const PcaModel& model, const Job& job) {
  const auto k = static_cast<std::size_t>(model.k);
  std::vector<double> projected(table.rows * k);
  const auto project_shard = [&](std::size_t shard) -> Status {
    const std::size_t begin = shard_begin(table, job, shard);
    const std::size_t rows = shard_begin(table, job, shard + 1) - begin;
    project(model, std::span(table.values).subspan(begin * table.width, rows * table.width),
            std::span(projected).subspan(begin * k, rows * k));
    return {};
  };
  const CancelToken never;
  VERGER_RETURN_IF_ERROR(parallel_for(job.shards, job.threads, never, project_shard));
  return projected;
}

Status run(const Job& job) {
  VERGER_ASSIGN_OR_RETURN(const Table table, read_table(job.features));
  Stopwatch watch;
  VERGER_ASSIGN_OR_RETURN(const Moments moments, take_moments(table, job));
  print("moments", watch.lap());
  VERGER_ASSIGN_OR_RETURN(const PcaModel model, fit_pca(moments, job.options));
  print("fit", watch.lap());
  VERGER_ASSIGN_OR_RETURN(const std::vector<double> projected, project_all(table, model, job));
  print("project", watch.lap());
  PcaProvenance provenance;
  provenance.verger_version = kVersion;
  for (const EncodedFile& file : encode_pca_model(model, provenance)) {
    VERGER_RETURN_IF_ERROR(write_file(job.out + "/" + file.name, file.bytes));
  }
  const std::size_t shape[] = {table.rows, static_cast<std::size_t>(model.k)};
  return write_file(job.out + "/projected.npy", encode_npy(projected, shape));
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  if (argc != 7) {
    std::cerr << "usage: verger_reduction FEATURES.npy OUT VARIANCE COMPONENTS SHARDS THREADS\n";
    return 2;
  }
  const verger::Job job = {
      .features = argv[1],
      .out = argv[2],
      .options = {.variance = std::stod(argv[3]), .components = std::stoi(argv[4])},
      .shards = std::stoul(argv[5]),
      .threads = std::stoi(argv[6])};
  const verger::Status status = verger::run(job);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return static_cast<int>(status.code());
}
