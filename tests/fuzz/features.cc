// Bytes of a Parquet file → its schema and the rows of a features table.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "parquet/tables.h"
#include "storage/store.h"
#include "target.h"

namespace verger {

namespace {

// A folder for this process's one file, removed at its end.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("verger-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
    store_ = Store::open(path_.string()).value();
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const Store& with_part(std::span<const uint8_t> bytes) {
    std::ofstream file(path_ / "part", std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), "the file is written");
    return *store_;
  }

 private:
  std::filesystem::path path_;
  std::shared_ptr<Store> store_;
};

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  static verger::Folder folder;
  (void)verger::read_part_schema(bytes, "part");
  const auto check = [](const verger::FeatureRows& rows) {
    verger::require(rows.label.size() == rows.size(), "a row has a label");
    verger::require(rows.features.size() == rows.size() * rows.width, "rows are of one width");
    return verger::Status();
  };
  (void)verger::visit_features_part(folder.with_part(bytes), "part", 0, check);
  return 0;
}
