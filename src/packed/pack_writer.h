// SPDX-License-Identifier: Apache-2.0
// The containers that verger writes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// A loose image on its way into a container.
struct PackedFile {
  std::string name;  // below the input
  std::string path;  // as the tables show it
  std::string label;
  int64_t mtime_ns = 0;
  std::vector<uint8_t> bytes;
};

// One container being written. Not thread-safe.
class PackWriter {
 public:
  // `name`: below the output.
  static Result<std::unique_ptr<PackWriter>> create(Store& output, const std::string& name,
                                                    PackFormat format);
  virtual ~PackWriter() = default;
  virtual Status add(PackedFile file) = 0;
  virtual Status finish() = 0;  // makes it visible; once
};

}  // namespace verger
