// SPDX-License-Identifier: Apache-2.0
// Where a target puts the bytes that are read from a file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/scratch_folder.h"
#include "storage/store.h"

namespace verger {

// Files of this process alone, removed at its end.
class Folder {
 public:
  // The folder with the bytes in a file of this name, in place of what it held.
  const std::shared_ptr<Store>& with(const std::string& name, std::span<const uint8_t> bytes) {
    files_.write(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return store_;
  }

 private:
  ScratchFolder files_;
  std::shared_ptr<Store> store_ = Store::open(files_.path().string()).value();
};

}  // namespace verger
