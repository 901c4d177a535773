// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace verger {

// A folder of this machine.
class LocalStore final : public Store {
 public:
  // `root`: as local_path() gives it. `typed`: as a person wrote it. `listers`: folders listed at
  // once; 0: as many as suit a disk.
  LocalStore(std::string root, std::string typed, int listers = 0);

  std::string display_path(const std::string& name) const override;
  Status visit(const std::string& folder, const Walk& walk,
               const FileVisitor& visitor) const override;
  Result<bool> exists(const std::string& name) const override;
  Result<FileEntry> find(const std::string& name) const override;
  Result<std::vector<uint8_t>> read(const std::string& name) const override;
  Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const override;
  int default_reads_in_flight() const override { return 4; }
  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override;
  Status remove(const std::string& name) override;
  Status remove_temporaries(const std::string& folder, const NameFilter& ours) override;
  Result<bool> is_link(const std::string& name) const override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(
      const std::string& name) const override;
  int64_t read_ahead() const override { return 4096; }

 private:
  class OpenFile;

  std::string local_name(const std::string& name) const;  // where the file is on this machine
  Result<OpenFile> open_regular(const std::string& name, int64_t& size) const;
  // `listed`: the size that it must have; nullptr: any.
  Result<std::vector<uint8_t>> read_whole(const std::string& name, const FileEntry* listed) const;

  const std::string root_;
  const int listers_;
};

}  // namespace verger
