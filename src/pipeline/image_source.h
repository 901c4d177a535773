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
  virtual int64_t length(std::size_t image) const = 0;  // bytes of the file, as listed
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
  int64_t length(std::size_t image) const override { return entries_[image].size; }
  Result<std::vector<uint8_t>> read(std::size_t image) const override;
  std::string fingerprint(std::size_t image) const override;  // name, size, modification time

  // The images that by now have another size or modification time than when they were listed: some
  // may have been read before and some after. Lists the store anew. Images that are gone are none:
  // those that could not be read were rejected.
  struct Changed {
    int64_t count = 0;
    std::string first;  // the path of one of them
  };
  Result<Changed> find_changed() const;

 private:
  StoreSource(std::shared_ptr<const Store> store, InputOptions options,
              std::vector<FileEntry> entries);

  std::shared_ptr<const Store> store_;
  InputOptions options_;
  std::vector<FileEntry> entries_;
};

}  // namespace verger
