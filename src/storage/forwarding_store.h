// SPDX-License-Identifier: Apache-2.0
// A Store that passes on to another one what it does not do itself.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace verger {

class ForwardingStore : public Store {
 public:
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
  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override {
    return store_->create(name);
  }
  Status remove(const std::string& name) override { return store_->remove(name); }
  Status remove_temporaries(const std::string& folder, const NameFilter& ours) override {
    return store_->remove_temporaries(folder, ours);
  }

 protected:
  explicit ForwardingStore(std::shared_ptr<Store> store)
      : Store(store->shown("")), store_(std::move(store)) {}

  const std::shared_ptr<Store> store_;
};

}  // namespace verger
