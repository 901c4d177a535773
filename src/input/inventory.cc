// SPDX-License-Identifier: Apache-2.0
#include "input/inventory.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "output/records_json.h"
#include "storage/forwarding_store.h"
#include "storage/s3_walk.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr std::string_view kManifestName = "/manifest.json";
constexpr int64_t kLastTime = 253'402'300'799'999;  // ms: the year 9999

std::vector<std::string> split_schema(const std::string& schema) {
  std::vector<std::string> columns;
  for (std::size_t begin = 0; begin < schema.size();) {
    const std::size_t end = std::min(schema.find(',', begin), schema.size());
    const std::size_t first = schema.find_first_not_of(' ', begin);
    columns.push_back(schema.substr(first, end - first));
    begin = end + 1;
  }
  return columns;
}

InventoryManifest parse_fields(const json& document) {
  InventoryManifest manifest;
  manifest.bucket = document.at("sourceBucket");
  const std::string destination = document.at("destinationBucket");  // arn:aws:s3:::bucket
  manifest.destination = destination.substr(destination.rfind(':') + 1);
  manifest.created_ms = std::stoll(document.at("creationTimestamp").get<std::string>());
  if (manifest.created_ms < 0 || manifest.created_ms > kLastTime) {
    throw json::other_error::create(501, "its creationTimestamp is no time", &document);
  }
  const std::string format = document.at("fileFormat");
  if (format == "CSV") {
    manifest.columns = split_schema(document.at("fileSchema"));
  } else if (format == "ORC") {
    manifest.format = InventoryManifest::Format::kOrc;
  } else if (format == "Parquet") {
    manifest.format = InventoryManifest::Format::kParquet;
  } else {
    throw json::other_error::create(501, "its files are of CSV, ORC or Parquet", &document);
  }
  for (const json& file : document.at("files")) {
    manifest.files.push_back({.key = file.at("key"), .size = parse_count(file.at("size"))});
  }
  return manifest;
}

// What visit() gives comes from the inventory; all else from the bucket.
class InventoryStore final : public ForwardingStore {
 public:
  InventoryStore(InventoryManifest manifest, std::shared_ptr<Store> bucket,
                 std::shared_ptr<const Store> destination)
      : ForwardingStore(std::move(bucket)),
        manifest_(std::move(manifest)),
        destination_(std::move(destination)) {}

  Status visit(const std::string& folder, const Walk& walk,
               const FileVisitor& visitor) const override {
    const std::string prefix = folder.empty() ? "" : folder + '/';
    FolderGate gate(folder, walk);
    const auto take = [&](InventoryRow row) -> Status {
      const std::string& name = row.object.name;
      const bool below = name.starts_with(prefix) && name != prefix && !name.ends_with('/');
      if (!row.counts || !below || !gate.admits(name)) return {};
      if (!walk.recursive && name.find('/', prefix.size()) != name.npos) return {};
      return visitor(std::move(row.object));
    };
    for (const InventoryManifest::File& file : manifest_.files) {
      VERGER_RETURN_IF_ERROR(
          visit_inventory_file(*destination_, file, manifest_.format, manifest_.columns, take));
    }
    return {};
  }

  Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const override {
    auto bytes = store_->read_listed(file);
    if (bytes.ok() || bytes.error().code() != StatusCode::kIo) return bytes;
    std::string message = bytes.error().message();
    message.resize(message.find_last_not_of('.') + 1);
    return Status::io(message + "; the inventory that lists it is of " + time() + '.');
  }

  std::string time() const { return utc_text(manifest_.created_ms / 1000); }

 private:
  const InventoryManifest manifest_;
  const std::shared_ptr<const Store> destination_;
};

}  // namespace

Result<InventoryManifest> InventoryManifest::parse(std::string_view text) {
  try {
    return parse_fields(json::parse(text));
  } catch (const std::exception& error) {
    return Status::io(error.what());
  }
}

std::shared_ptr<Store> inventory_store(InventoryManifest manifest, std::shared_ptr<Store> bucket,
                                       std::shared_ptr<const Store> destination) {
  return std::make_shared<InventoryStore>(std::move(manifest), std::move(bucket),
                                          std::move(destination));
}

Result<OpenedInput> open_input(const std::string& place, const StorageOptions& options) {
  VERGER_ASSIGN_OR_RETURN(auto store, Store::open(place, options));
  const std::string path = store->display_path("");
  if (!path.starts_with("s3://") || !path.ends_with(kManifestName)) return OpenedInput{store, ""};
  VERGER_ASSIGN_OR_RETURN(const bool is_file, store->exists(""));
  if (!is_file) return OpenedInput{store, ""};
  VERGER_ASSIGN_OR_RETURN(const auto bytes, store->read(""));
  auto manifest =
      InventoryManifest::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!manifest.ok()) {
    return Status::io("Cannot read " + store->shown("") +
                      " as the manifest of an S3 Inventory: " + manifest.error().message() + ".");
  }
  VERGER_ASSIGN_OR_RETURN(auto bucket, Store::open("s3://" + manifest->bucket, options));
  VERGER_ASSIGN_OR_RETURN(auto files, Store::open("s3://" + manifest->destination, options));
  const std::string note = "The images are those that the inventory of " +
                           utc_text(manifest->created_ms / 1000) + " lists of s3://" +
                           manifest->bucket + ": what came since is not among them.";
  return OpenedInput{inventory_store(*std::move(manifest), std::move(bucket), std::move(files)),
                     note};
}

}  // namespace verger
