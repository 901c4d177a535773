// Bytes of a Parquet table → its images. (Arrow's own reader of IPC files takes memory as the file
// claims before it reads, so that nearly every input would end there.)
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "packed/container.h"
#include "storage/store.h"
#include "target.h"

namespace verger {

namespace {

// Files of this process alone, removed at its end.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("verger-fuzz-packed-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    store_ = Store::open(path_.string()).value();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::unique_ptr<Container> hold(const std::string& name, const uint8_t* data, std::size_t size) {
    std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    file.close();
    require(file.good(), "the file is written");
    return make_container(store_, store_->find(name).value(), {});
  }

 private:
  std::filesystem::path path_;
  std::shared_ptr<Store> store_;
};

class CountingSink final : public ImageSink {
 public:
  bool reserve(int64_t bytes) override { return require(bytes >= 0, "sizes are positive"), true; }
  bool deliver(std::size_t index, Result<std::vector<uint8_t>> /*bytes*/) override {
    require(index == count++, "images come in order");
    return true;
  }
  std::size_t count = 0;
};

void read(Container& container) {
  std::vector<ImagePlace> places;
  const Status listed = container.list([&](const PackedImage& image) {
    places.push_back(image.place);
    return Status();
  });
  if (!listed.ok()) return;
  std::size_t begin = 0;
  for (const std::size_t count : container.cut(places)) {
    CountingSink sink;
    container.read(std::span(places).subspan(begin, count), sink);
    require(sink.count == count, "every image is read or said to be unreadable");
    begin += count;
  }
  require(begin == places.size(), "every image is in a run");
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static verger::Folder folder;
  verger::read(*folder.hold("t.parquet", data, size));
  return 0;
}
