#include "pipeline/image_source.h"

#include <utility>

#include "base/status_macros.h"

namespace verger {

Result<std::unique_ptr<StoreSource>> StoreSource::list(std::shared_ptr<const Store> store,
                                                       const InputOptions& options) {
  VERGER_ASSIGN_OR_RETURN(auto entries, list_images(*store, options));
  return std::unique_ptr<StoreSource>(new StoreSource(std::move(store), std::move(entries)));
}

StoreSource::StoreSource(std::shared_ptr<const Store> store, std::vector<FileEntry> entries)
    : store_(std::move(store)), entries_(std::move(entries)) {}

std::string StoreSource::path(std::size_t image) const {
  return store_->display_path(entries_[image].name);
}

std::string StoreSource::label(std::size_t image) const { return label_of(path(image)); }

Result<std::vector<uint8_t>> StoreSource::read(std::size_t image) const {
  return store_->read(entries_[image].name);
}

std::string StoreSource::fingerprint(std::size_t image) const {
  const FileEntry& entry = entries_[image];
  return entry.name + '\t' + std::to_string(entry.size) + '\t' + std::to_string(entry.mtime_ns);
}

}  // namespace verger
