// SPDX-License-Identifier: Apache-2.0
// A Store that is written only while its writer may write.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/forwarding_store.h"

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
class FencedStore final : public ForwardingStore {
 public:
  FencedStore(std::shared_ptr<Store> store, std::shared_ptr<Fence> fence)
      : ForwardingStore(std::move(store)), fence_(std::move(fence)) {}

  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override;
  Status remove(const std::string& name) override;
  Status remove_temporaries(const std::string& folder, const NameFilter& ours) override;

 private:
  const std::shared_ptr<Fence> fence_;
};

}  // namespace verger
