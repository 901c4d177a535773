// SPDX-License-Identifier: Apache-2.0
// Bytes of a Parquet table → its images. (Arrow's own reader of IPC files takes memory as the file
// claims before it reads, so that nearly every input would end there.)
#include <memory>
#include <string>
#include <vector>

#include "folder.h"
#include "packed/container.h"
#include "packed/packed_row.h"
#include "target.h"

namespace verger {

namespace {

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
  const auto listed = container.list([&](const PackedImage& image) {
    require(image.label.size() <= kMostText, "a label is short");
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
  const std::string name = "t.parquet";
  const auto& store = folder.with(name, {data, size});
  verger::read(*verger::make_container(store, store->find(name).value(), {}));
  return 0;
}
