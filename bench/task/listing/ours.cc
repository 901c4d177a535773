// SPDX-License-Identifier: Apache-2.0
// What is measured; see run.py.
//
//   verger_listing PLACE ENDPOINT LISTERS
//
// Lists PLACE on a server that asks for no credentials, and prints as JSON how many files it found,
// the SHA-256 of their sorted names, and the seconds that listing and sorting took.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "storage/store.h"

namespace {

using namespace verger;

Status measure(const char* place, const char* endpoint, int listers) {
  StorageOptions options;
  options.s3_endpoint = endpoint;
  options.s3_anonymous = true;
  options.listers = listers;
  VERGER_ASSIGN_OR_RETURN(const auto store, Store::open(place, options));
  const auto start = std::chrono::steady_clock::now();
  VERGER_ASSIGN_OR_RETURN(const auto files, store->list("", true, false));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  Sha256 names;
  for (const FileEntry& file : files) names.update(file.name + '\n');
  std::printf("{\"files\": %zu, \"names\": \"%s\", \"wall\": %.6f}\n", files.size(),
              names.finish().c_str(), wall.count());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Status status = measure(argv[1], argv[2], std::atoi(argv[3]));
  close_storage();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
