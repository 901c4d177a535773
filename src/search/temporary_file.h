// SPDX-License-Identifier: Apache-2.0
// A file for libraries that read and write nothing but files of this machine.
#pragma once

#include <string>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// Lies in the system's folder for temporary files, and is removed with the object.
class TemporaryFile {
 public:
  static Result<TemporaryFile> create();
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  const std::string& path() const { return path_; }

  // Copies a file of `store` here; its SHA-256.
  Result<std::string> copy_from(const Store& store, const std::string& name) const;
  // Copies what is here to a file of `store`, which it replaces; its SHA-256.
  Result<std::string> copy_to(Store& store, const std::string& name) const;

 private:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}

  std::string path_;  // "" when moved from
};

}  // namespace verger
