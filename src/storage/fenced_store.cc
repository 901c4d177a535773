// SPDX-License-Identifier: Apache-2.0
#include "storage/fenced_store.h"

#include <utility>

#include "base/fault_point.h"
#include "base/status_macros.h"
#include "base/uuid.h"

namespace verger {

namespace {

constexpr int kFenceAttempts = 8;  // each meets another program's file

class FencedFile final : public PendingFile {
 public:
  FencedFile(std::unique_ptr<PendingFile> file, std::shared_ptr<Fence> fence,
             std::shared_ptr<Store> store, std::string name)
      : file_(std::move(file)),
        fence_(std::move(fence)),
        store_(std::move(store)),
        name_(std::move(name)) {}

  std::shared_ptr<arrow::io::OutputStream> stream() override { return file_->stream(); }
  Status prepare() override { return file_->prepare(); }
  Status commit() override {
    VERGER_RETURN_IF_ERROR(file_->prepare());
    fault_point("before-visible");
    // No other writer's file has a UUID's name, and its own may take it back.
    const bool own_name = !find_uuid(name_).empty();
    if (!own_name && store_->compares_versions()) return commit_over_what_stands();
    VERGER_RETURN_IF_ERROR(fence_->check());
    VERGER_RETURN_IF_ERROR(file_->commit());
    const Status still = fence_->check();  // it may have been stopped within the request
    if (!still.ok() && own_name) static_cast<void>(store_->remove(name_));
    return still;
  }

 private:
  // What stands is learnt before the fence is asked. Whoever takes over later writes later, so that
  // its file is another version; and whoever took over before is noticed by the fence. A conflict
  // while the fence holds is with a run that lost its lease within its last request.
  Status commit_over_what_stands() {
    FileVersion stands;  // nothing, in most cases: then the first try is the last
    for (int attempt = 0; attempt < kFenceAttempts; ++attempt) {
      VERGER_RETURN_IF_ERROR(fence_->check());
      VERGER_ASSIGN_OR_RETURN(const FileVersion written, file_->commit_over(stands));
      if (written) return fence_->check();
      VERGER_ASSIGN_OR_RETURN(stands, store_->version(name_));
    }
    return Status::io("Cannot write " + store_->shown(name_) +
                      ": another program replaces it again and again.");
  }

  const std::unique_ptr<PendingFile> file_;
  const std::shared_ptr<Fence> fence_;
  const std::shared_ptr<Store> store_;
  const std::string name_;
};

}  // namespace

Result<std::unique_ptr<PendingFile>> FencedStore::create(const std::string& name) {
  VERGER_RETURN_IF_ERROR(fence_->check());
  VERGER_ASSIGN_OR_RETURN(auto file, store_->create(name));
  return std::unique_ptr<PendingFile>(
      std::make_unique<FencedFile>(std::move(file), fence_, store_, name));
}

Status FencedStore::remove(const std::string& name) {
  fault_point("before-removal");
  VERGER_RETURN_IF_ERROR(fence_->check());
  return store_->remove(name);
}

Status FencedStore::remove_temporaries(const std::string& folder, const NameFilter& ours) {
  VERGER_RETURN_IF_ERROR(fence_->check());
  return store_->remove_temporaries(folder, ours);
}

}  // namespace verger
