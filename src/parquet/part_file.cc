#include "parquet/part_file.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <parquet/properties.h>

#include <utility>

#include "storage/io_error.h"

namespace verger {

Status part_error(const std::string& display_path, std::string_view cause) {
  cause = cause.substr(0, cause.find('\n'));
  cause = cause.substr(0, cause.find_last_not_of(" .") + 1);
  return Status::io("Cannot read " + display_path + ": " + std::string(cause) + ".");
}

Result<std::unique_ptr<parquet::ParquetFileReader>> open_part_file(const Store& store,
                                                                   const std::string& name) {
  auto file = store.filesystem()->OpenInputFile(store.filesystem_path(name));
  if (!file.ok()) return io_error("read", store.display_path(name), file.status());
  parquet::ReaderProperties properties;
  properties.set_page_checksum_verification(true);
  return parquet::ParquetFileReader::Open(*std::move(file), properties);
}

}  // namespace verger
