#include "storage/store.h"

#include <arrow/io/interfaces.h>
#include <arrow/status.h>

#include "base/status_macros.h"
#include "storage/io_error.h"
#include "storage/local_path.h"
#include "storage/local_store.h"

namespace verger {

Result<std::shared_ptr<Store>> Store::open(const std::string& place) {
  const std::string scheme = scheme_of(place);
  if (!scheme.empty() && scheme != "file") {
    return Status::invalid_argument("'" + place + "' cannot be opened: this build reads local " +
                                    "paths and file:// URIs, not " + scheme + "://.");
  }
  VERGER_ASSIGN_OR_RETURN(std::string root, local_path(place));
  return std::shared_ptr<Store>(std::make_shared<LocalStore>(std::move(root)));
}

Status Store::write(const std::string& name, std::span<const uint8_t> bytes) {
  VERGER_ASSIGN_OR_RETURN(const auto file, create(name));
  const arrow::Status written =
      file->stream()->Write(bytes.data(), static_cast<int64_t>(bytes.size()));
  if (!written.ok()) return io_error("write", display_path(name), written);
  return file->commit();
}

Status Store::write(const std::string& name, std::string_view text) {
  return write(name, std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

}  // namespace verger
