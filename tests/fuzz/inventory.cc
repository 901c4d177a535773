// SPDX-License-Identifier: Apache-2.0
// Bytes → an S3 Inventory: its manifest, or by the first byte one of its lists, CSV (packed here)
// or Parquet. (Arrow's reader of ORC is another project's whole, and takes memory as the file
// claims.)
#include <zlib.h>

#include <string>
#include <vector>

#include "folder.h"
#include "input/inventory.h"
#include "target.h"

namespace verger {

namespace {

std::vector<uint8_t> gzip(std::span<const uint8_t> bytes) {
  constexpr int kGzip = 15 + 16;
  z_stream stream{};
  require(deflateInit2(&stream, Z_NO_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK,
          "zlib begins");
  std::vector<uint8_t> packed(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<uint8_t*>(bytes.data());
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<unsigned>(packed.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib packs all");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void read_list(std::span<const uint8_t> bytes, InventoryManifest::Format format) {
  static Folder folder;
  const auto& store = folder.with("list", bytes);
  const InventoryManifest::File file{.key = "list", .size = static_cast<int64_t>(bytes.size())};
  static_cast<void>(visit_inventory_file(
      *store, file, format,
      {"Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate"},
      [](const InventoryRow& row) {
        require(row.object.size >= 0, "sizes are none, or positive");
        return Status();
      }));
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using namespace verger;
  if (size == 0) return 0;
  const std::span bytes(data + 1, size - 1);
  if (data[0] == 'c') {
    read_list(gzip(bytes), InventoryManifest::Format::kCsv);
  } else if (data[0] == 'p') {
    read_list(bytes, InventoryManifest::Format::kParquet);
  } else {
    const auto manifest = InventoryManifest::parse({reinterpret_cast<const char*>(data), size});
    if (!manifest.ok()) return 0;
    for (const auto& file : manifest->files) require(file.size >= 0, "files have sizes");
  }
  return 0;
}
