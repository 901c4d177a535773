// A Store that is written only while its writer may write.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace verger {

// Says whether whoever writes may go on. Thread-safe.
class Fence {
 public:
  virtual ~Fence() = default;
  // kIo, one sentence, once it may not.
  virtual Status check() = 0;
};

// Asks the fence before each change that others see: before a file becomes visible, before its
// first byte (on a disk that is a temporary file already), and before each removal. Reads freely.
//
// A moment is left between the two, in which a writer may be stopped: on a disk that between two
// system calls, since the file was synced before it is asked; on S3 that of the request which puts
// the object. So it asks once more behind, and takes a file back that bears a UUID in its name,
// which is that of its run alone. A file of a name that other runs give as well is replaced, where
// the store compares versions, only while what stood there before the fence was asked still does:
// so it never comes after another run's.
class FencedStore final : public Store {
 public:
  FencedStore(std::shared_ptr<Store> store, std::shared_ptr<Fence> fence)
      : store_(std::move(store)), fence_(std::move(fence)) {}

  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override;
  Status remove(const std::string& name) override;
  Status remove_temporaries(const std::string& folder, const NameFilter& ours) override;

  std::string display_path(const std::string& name) const override {
    return store_->display_path(name);
  }
  Status visit(const std::string& folder, const Walk& walk,
               const FileVisitor& visitor) const override {
    return store_->visit(folder, walk, visitor);
  }
  Result<bool> exists(const std::string& name) const override { return store_->exists(name); }
  bool compares_versions() const override { return store_->compares_versions(); }
  Result<FileVersion> version(const std::string& name) const override {
    return store_->version(name);
  }
  Result<bool> is_link(const std::string& name) const override { return store_->is_link(name); }
  Result<std::vector<uint8_t>> read(const std::string& name) const override {
    return store_->read(name);
  }
  Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const override {
    return store_->read_listed(file);
  }
  Result<FileEntry> find(const std::string& name) const override { return store_->find(name); }
  int default_reads_in_flight() const override { return store_->default_reads_in_flight(); }
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(
      const std::string& name) const override {
    return store_->open_file(name);
  }
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_listed(
      const FileEntry& file) const override {
    return store_->open_listed(file);
  }
  int64_t read_ahead() const override { return store_->read_ahead(); }

 private:
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<Fence> fence_;
};

}  // namespace verger
