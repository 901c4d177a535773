#include "storage/s3_store.h"

#include <arrow/filesystem/s3fs.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/future.h>

#include <cassert>
#include <chrono>
#include <mutex>
#include <utility>

#include "base/status_macros.h"
#include "storage/aws_profile.h"
#include "storage/io_error.h"
#include "storage/network.h"
#include "storage/s3_error.h"
#include "storage/s3_file.h"
#include "storage/s3_pages.h"
#include "storage/s3_place.h"
#include "storage/s3_retry.h"

namespace verger {

namespace {

using arrow::fs::FileInfo;
using arrow::fs::S3FileSystem;

constexpr int kReadsInFlight = 64;
constexpr double kConnectSeconds = 5;
constexpr double kSilenceSeconds = 10;  // without a byte: the request is tried again

int64_t nanoseconds(arrow::fs::TimePoint time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

class S3PendingFile final : public PendingFile {
 public:
  S3PendingFile(std::string place, std::shared_ptr<arrow::io::OutputStream> stream)
      : place_(std::move(place)), stream_(std::move(stream)) {}

  ~S3PendingFile() override {
    if (!stream_->closed()) static_cast<void>(stream_->Abort());
  }

  std::shared_ptr<arrow::io::OutputStream> stream() override { return stream_; }

  Status commit() override {
    const arrow::Status closed = stream_->Close();
    return closed.ok() ? Status() : s3_error("write", place_, closed);
  }

 private:
  const std::string place_;
  const std::shared_ptr<arrow::io::OutputStream> stream_;
};

class S3Store final : public Store {
 public:
  S3Store(S3Place place, StorageOptions options, std::shared_ptr<S3FileSystem> filesystem)
      : place_(std::move(place)),
        options_(std::move(options)),
        filesystem_(std::move(filesystem)) {}

  std::string display_path(const std::string& name) const override {
    return "s3://" + object_path(name);
  }

  std::string object_path(const std::string& name) const {
    std::string path = place_.bucket;
    if (!place_.key.empty()) path += '/' + place_.key;
    if (!name.empty()) path += '/' + name;
    return path;
  }

  int default_reads_in_flight() const override { return kReadsInFlight; }

  Status visit(const std::string& folder, const Walk& walk,
               const FileVisitor& visitor) const override;
  Result<bool> exists(const std::string& name) const override;
  Result<FileEntry> find(const std::string& name) const override;
  Result<std::vector<uint8_t>> read(const std::string& name) const override;
  Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(
      const std::string& name) const override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_listed(
      const FileEntry& file) const override;
  int64_t read_ahead() const override { return int64_t{4} << 20; }
  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override;
  Status remove(const std::string& name) override;
  // An upload that a killed writer left unfinished is no object: a bucket's lifecycle rule for
  // incomplete uploads removes it (docs/reliability.md).
  Status remove_temporaries(const std::string& /*folder*/, const NameFilter& /*ours*/) override {
    return {};
  }
  Result<bool> is_link(const std::string& /*name*/) const override { return false; }

 private:
  Result<std::vector<uint8_t>> read_bytes(const FileInfo& info) const;

  // kIo. Another server than AWS' is named.
  Status error(std::string_view action, const std::string& name, const arrow::Status& why) const {
    const std::string& server = options_.s3_endpoint;
    return s3_error(action, display_path(name) + (server.empty() ? "" : " at " + server), why);
  }

  const S3Place place_;
  const StorageOptions options_;
  const std::shared_ptr<S3FileSystem> filesystem_;
};

Status S3Store::visit(const std::string& folder, const Walk& walk,
                      const FileVisitor& visitor) const {
  arrow::fs::FileSelector selector;
  selector.base_dir = object_path(folder);
  selector.recursive = walk.recursive;
  selector.allow_not_found = walk.missing_ok;
  const auto next_page = filesystem_->GetFileInfoGenerator(selector);
  S3Pages pages(display_path(folder), object_path("") + '/');
  FolderGate gate(folder, walk);
  while (true) {
    const auto page = next_page().result();
    if (!page.ok()) return error("list", folder, page.status());
    if (page->empty()) return {};  // the generator's end
    VERGER_RETURN_IF_ERROR(pages.check(*page));
    for (const FileInfo& info : *page) {
      std::string name = pages.name_of(info);
      if (info.IsDirectory() && !walk.recursive && walk.enter) walk.enter(name);
      if (!info.IsFile() || !gate.admits(name)) continue;
      VERGER_RETURN_IF_ERROR(visitor(
          {.name = std::move(name), .size = info.size(), .mtime_ns = nanoseconds(info.mtime())}));
    }
  }
}

Result<bool> S3Store::exists(const std::string& name) const {
  const auto info = filesystem_->GetFileInfo(object_path(name));
  if (!info.ok()) return error("look for", name, info.status());
  return info->IsFile();
}

Result<FileEntry> S3Store::find(const std::string& name) const {
  const auto info = filesystem_->GetFileInfo(object_path(name));
  if (!info.ok()) return error("read", name, info.status());
  if (!info->IsFile()) return io_error("read", display_path(name), ENOENT);
  return FileEntry{.name = name, .size = info->size(), .mtime_ns = nanoseconds(info->mtime())};
}

Result<std::vector<uint8_t>> S3Store::read(const std::string& name) const {
  const auto info = filesystem_->GetFileInfo(object_path(name));
  if (!info.ok()) return error("read", name, info.status());
  if (!info->IsFile()) return io_error("read", display_path(name), ENOENT);
  return read_bytes(*info);
}

Result<std::vector<uint8_t>> S3Store::read_listed(const FileEntry& file) const {
  FileInfo info(object_path(file.name), arrow::fs::FileType::File);
  info.set_size(file.size);
  VERGER_ASSIGN_OR_RETURN(auto bytes, read_bytes(info));
  VERGER_RETURN_IF_ERROR(
      check_size(static_cast<int64_t>(bytes.size()), file, display_path(file.name)));
  return bytes;
}

Result<std::vector<uint8_t>> S3Store::read_bytes(const FileInfo& info) const {
  const std::string name =
      info.path() == object_path("") ? "" : info.path().substr(object_path("").size() + 1);
  const auto object = filesystem_->OpenInputFile(info);  // asks nothing: the size is known
  if (!object.ok()) return error("read", name, object.status());
  std::vector<uint8_t> bytes(static_cast<std::size_t>(info.size()));
  const auto got = retrying_file(*object, options_.retries)->ReadAt(0, info.size(), bytes.data());
  if (!got.ok()) return error("read", name, got.status());
  bytes.resize(static_cast<std::size_t>(*got));
  return bytes;
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> S3Store::open_file(
    const std::string& name) const {
  auto object = filesystem_->OpenInputFile(object_path(name));
  if (!object.ok()) return error("read", name, object.status());
  return retrying_file(*std::move(object), options_.retries);
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> S3Store::open_listed(
    const FileEntry& file) const {
  FileInfo info(object_path(file.name), arrow::fs::FileType::File);
  info.set_size(file.size);
  auto object = filesystem_->OpenInputFile(info);  // asks nothing: the size is known
  if (!object.ok()) return error("read", file.name, object.status());
  return retrying_file(*std::move(object), options_.retries);
}

Result<std::unique_ptr<PendingFile>> S3Store::create(const std::string& name) {
  assert(!name.empty());
  auto stream = filesystem_->OpenOutputStream(object_path(name), nullptr);
  if (!stream.ok()) return error("write", name, stream.status());
  return std::unique_ptr<PendingFile>(new S3PendingFile(display_path(name), *std::move(stream)));
}

Status S3Store::remove(const std::string& name) {
  assert(!name.empty());
  const arrow::Status removed = filesystem_->DeleteFile(object_path(name));
  if (removed.ok() || is_not_found(removed)) return {};
  return error("remove", name, removed);
}

// The AWS SDK, once a process. Its log would go to the terminal, so it is off.
Status start_s3() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (arrow::fs::IsS3Initialized()) return {};
  auto options = arrow::fs::S3GlobalOptions::Defaults();
  options.log_level = arrow::fs::S3LogLevel::Off;
  options.install_sigpipe_handler = true;  // a connection that breaks is an error, not the end
  const arrow::Status started = arrow::fs::InitializeS3(options);
  return started.ok() ? Status() : Status::io("S3 cannot be used: " + started.message() + ".");
}

// Left to itself, Arrow looks where the system that it was built on keeps certificates.
Status trust_authorities(arrow::fs::S3Options& client) {
  if (client.scheme != "https") return {};
  VERGER_ASSIGN_OR_RETURN(client.tls_ca_file_path, certificate_file());
  return {};
}

// Without an endpoint the server is AWS', whose host depends on the bucket.
Status set_proxy(const std::string& bucket, arrow::fs::S3Options& client) {
  const std::string host = client.endpoint_override.empty()
                               ? bucket + ".s3." + client.region + ".amazonaws.com"
                               : client.endpoint_override;
  const std::string proxy = proxy_for(client.scheme, host.substr(0, host.rfind(':')));
  if (proxy.empty()) return {};
  auto parsed = arrow::fs::S3ProxyOptions::FromUri(proxy);
  if (!parsed.ok()) {
    // Not shown: it may hold a password.
    return Status::invalid_argument("The proxy that the environment names for " + client.scheme +
                                    " is no address; write http://HOST:PORT.");
  }
  client.proxy_options = *std::move(parsed);
  return {};
}

arrow::fs::S3Options client_options(const StorageOptions& options) {
  auto client =
      options.s3_anonymous ? arrow::fs::S3Options::Anonymous() : arrow::fs::S3Options::Defaults();
  client.region = options.s3_region;
  if (!options.s3_endpoint.empty()) {
    const std::size_t host = options.s3_endpoint.find("://");
    client.scheme = options.s3_endpoint.substr(0, host);
    client.endpoint_override = options.s3_endpoint.substr(host + 3);
    if (client.region.empty()) client.region = "us-east-1";  // other servers take any
  }
  client.force_virtual_addressing = options.s3_addressing == "virtual";
  client.connect_timeout = kConnectSeconds;
  client.request_timeout = kSilenceSeconds;
  client.allow_delayed_open = true;  // a small part is one PUT
  client.retry_strategy = std::make_shared<S3Backoff>(options.retries);
  return client;
}

}  // namespace

Result<std::shared_ptr<Store>> open_s3_store(const std::string& place,
                                             const StorageOptions& given) {
  VERGER_ASSIGN_OR_RETURN(S3Place parsed, parse_s3_place(place));
  VERGER_ASSIGN_OR_RETURN(StorageOptions options, with_environment(given));
  VERGER_RETURN_IF_ERROR(start_s3());
  if (options.s3_addressing == "path" && options.s3_endpoint.empty()) {
    const std::string region = options.s3_region.empty() ? "us-east-1" : options.s3_region;
    options.s3_endpoint = "https://s3." + region + ".amazonaws.com";
  }
  // Arrow keeps as many connections open as its pool has threads.
  const int reads = options.reads_in_flight == 0 ? kReadsInFlight : options.reads_in_flight;
  static_cast<void>(arrow::io::SetIOThreadPoolCapacity(reads + 8));
  arrow::fs::S3Options client = client_options(options);
  VERGER_RETURN_IF_ERROR(trust_authorities(client));
  VERGER_RETURN_IF_ERROR(set_proxy(parsed.bucket, client));
  if (!options.s3_anonymous) {
    VERGER_RETURN_IF_ERROR(check_credentials(client.GetAccessKey(), client.GetSecretKey()));
  }
  auto filesystem = S3FileSystem::Make(client);
  if (!filesystem.ok()) return s3_error("reach", place, filesystem.status());
  return std::shared_ptr<Store>(
      std::make_shared<S3Store>(std::move(parsed), std::move(options), *std::move(filesystem)));
}

void close_s3() {
  if (arrow::fs::IsS3Initialized()) static_cast<void>(arrow::fs::FinalizeS3());
}

}  // namespace verger
