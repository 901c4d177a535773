// Where a target puts the bytes that are read from a file.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "storage/store.h"
#include "target.h"

namespace verger {

// Files of this process alone, removed at its end.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("verger-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    store_ = Store::open(path_.string()).value();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  // The folder with the bytes in a file of this name, in place of what it held.
  const std::shared_ptr<Store>& with(const std::string& name, std::span<const uint8_t> bytes) {
    std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), "the file is written");
    return store_;
  }

 private:
  std::filesystem::path path_;
  std::shared_ptr<Store> store_;
};

}  // namespace verger
