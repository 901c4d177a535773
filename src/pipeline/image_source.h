// Where the worker takes its images from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/listing.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// A numbered list of images. Thread-safe: many reads may be in flight.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  virtual std::size_t size() const = 0;
  virtual std::string path(std::size_t image) const = 0;  // as the tables show it
  virtual std::string label(std::size_t image) const = 0;
  virtual Result<std::vector<uint8_t>> read(std::size_t image) const = 0;

  // The image's identity: it changes when the image may have changed.
  virtual std::string fingerprint(std::size_t image) const = 0;
};

// The sorted listing of a Store.
class StoreSource final : public ImageSource {
 public:
  static Result<std::unique_ptr<StoreSource>> list(std::shared_ptr<const Store> store,
                                                   const InputOptions& options);

  std::size_t size() const override { return entries_.size(); }
  std::string path(std::size_t image) const override;
  std::string label(std::size_t image) const override;
  Result<std::vector<uint8_t>> read(std::size_t image) const override;
  std::string fingerprint(std::size_t image) const override;  // name, size, modification time

 private:
  StoreSource(std::shared_ptr<const Store> store, std::vector<FileEntry> entries);

  std::shared_ptr<const Store> store_;
  std::vector<FileEntry> entries_;
};

}  // namespace verger
