// SPDX-License-Identifier: Apache-2.0
#include "storage/s3_store.h"

#include <arrow/io/interfaces.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "s3/client.h"
#include "s3/s3_error.h"
#include "s3/s3_place.h"
#include "storage/io_error.h"
#include "storage/s3_file.h"
#include "storage/s3_pending_file.h"
#include "storage/s3_walk.h"

namespace verger {

namespace {

constexpr int kReadsInFlight = 64;
constexpr int kS3Listers = 16;
// An ETag that no object has.
constexpr const char* kNoEtag = "\"00000000000000000000000000000000\"";

class S3Store final : public Store {
 public:
  S3Store(S3Place place, std::string typed, StorageOptions options,
          std::shared_ptr<S3Client> client)
      : Store(std::move(typed)),
        place_(std::move(place)),
        options_(std::move(options)),
        client_(std::move(client)) {}

  std::string display_path(const std::string& name) const override {
    const std::string key = key_of(name);
    return "s3://" + place_.bucket + (key.empty() ? "" : '/' + key);
  }

  int default_reads_in_flight() const override { return kReadsInFlight; }

  Status visit(const std::string& folder, const Walk& walk,
               const FileVisitor& visitor) const override {
    return walk_s3(*client_, place_.key.empty() ? "" : place_.key + '/', folder, walk,
                   options_.listers > 0 ? options_.listers : kS3Listers, at_server(folder),
                   visitor);
  }
  Result<bool> exists(const std::string& name) const override;
  Result<FileEntry> find(const std::string& name) const override;
  Result<std::vector<uint8_t>> read(const std::string& name) const override;
  Result<std::vector<uint8_t>> read_listed(const FileEntry& file) const override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(
      const std::string& name) const override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_listed(
      const FileEntry& file) const override {
    return open_s3_file(client_, key_of(file.name), file.size);
  }
  int64_t read_ahead() const override { return int64_t{4} << 20; }
  Result<std::unique_ptr<PendingFile>> create(const std::string& name) override {
    assert(!name.empty());
    return new_s3_file(client_, key_of(name), shown(name));
  }
  Status remove(const std::string& name) override;
  // An upload that a killed writer left unfinished is no object: a bucket's lifecycle rule for
  // incomplete uploads removes it (docs/reliability.md).
  Status remove_temporaries(const std::string& /*folder*/, const NameFilter& /*ours*/) override {
    return {};
  }
  Result<bool> is_link(const std::string& /*name*/) const override { return false; }

  bool compares_versions() const override { return compares_versions_; }
  Status probe_versions(const std::string& name, std::string_view text) override;
  Result<FileVersion> version(const std::string& name) const override;

 private:
  std::string key_of(const std::string& name) const {
    if (name.empty() || place_.key.empty()) return place_.key + name;
    return place_.key + '/' + name;
  }

  // The path, and another server than AWS'.
  std::string at_server(const std::string& name) const {
    const std::string& server = options_.s3_endpoint;
    return shown(name) + (server.empty() ? "" : " at " + server);
  }

  Status error(std::string_view action, const std::string& name, const S3Answer& answer) const {
    return s3_error(action, at_server(name), answer);
  }

  // nullopt: no object of this name.
  Result<std::optional<S3Answer>> head(std::string_view action, const std::string& name) const;

  const S3Place place_;
  const StorageOptions options_;
  const std::shared_ptr<S3Client> client_;
  std::atomic<bool> compares_versions_ = false;
};

Result<std::optional<S3Answer>> S3Store::head(std::string_view action,
                                              const std::string& name) const {
  const std::string key = key_of(name);
  if (key.empty()) return std::optional<S3Answer>();  // the bucket itself
  S3Answer answer = client_->head(key);
  if (answer.is_absent()) return std::optional<S3Answer>();
  if (!answer.ok()) return error(action, name, answer);
  return std::optional<S3Answer>(std::move(answer));
}

Result<bool> S3Store::exists(const std::string& name) const {
  VERGER_ASSIGN_OR_RETURN(const auto answer, head("look for", name));
  return answer.has_value();
}

Result<FileVersion> S3Store::version(const std::string& name) const {
  VERGER_ASSIGN_OR_RETURN(const auto answer, head("look for", name));
  return answer ? FileVersion(answer->etag()) : FileVersion();
}

Result<FileEntry> S3Store::find(const std::string& name) const {
  VERGER_ASSIGN_OR_RETURN(const auto answer, head("read", name));
  if (!answer) return io_error("read", shown(name), ENOENT);
  FileEntry file{.name = name};
  const std::string length = answer->http.header("content-length");
  const char* const end = length.data() + length.size();
  const auto parsed = std::from_chars(length.data(), end, file.size);
  if (parsed.ec != std::errc() || parsed.ptr != end || file.size < 0) {
    return Status::io("Cannot read " + at_server(name) + ": the server does not say its size.");
  }
  file.mtime_ns = parse_http_time(answer->http.header("last-modified")).value_or(0);
  return file;
}

Result<std::vector<uint8_t>> S3Store::read(const std::string& name) const {
  const std::string key = key_of(name);
  if (key.empty()) return io_error("read", shown(name), ENOENT);  // the bucket itself
  std::vector<uint8_t> bytes;
  const S3Answer answer = client_->get_all(key, bytes);
  if (answer.is_absent()) return io_error("read", shown(name), ENOENT);
  if (!answer.ok()) return error("read", name, answer);
  return bytes;
}

Result<std::vector<uint8_t>> S3Store::read_listed(const FileEntry& file) const {
  std::vector<uint8_t> bytes(static_cast<std::size_t>(file.size));
  if (bytes.empty()) return bytes;
  std::optional<int64_t> total;
  const S3Answer answer = client_->get(key_of(file.name), 0, bytes, &total);
  if (!answer.ok()) return error("read", file.name, answer);
  VERGER_RETURN_IF_ERROR(check_size(total.value_or(file.size), file, shown(file.name)));
  return bytes;
}

Result<std::shared_ptr<arrow::io::RandomAccessFile>> S3Store::open_file(
    const std::string& name) const {
  VERGER_ASSIGN_OR_RETURN(const FileEntry file, find(name));
  return open_listed(file);
}

Status S3Store::remove(const std::string& name) {
  assert(!name.empty());
  const S3Answer answer = client_->remove(key_of(name));
  if (answer.ok() || answer.is_absent()) return {};
  return error("remove", name, answer);
}

// Both kinds of conditions must fail that cannot hold. A server that knows none takes the text:
// with a line more, so that what stands is never taken for what was put.
Status S3Store::probe_versions(const std::string& name, std::string_view text) {
  using Kind = Precondition::Kind;
  const std::string longer = std::string(text) + '\n';
  const std::span body(reinterpret_cast<const uint8_t*>(longer.data()), longer.size());
  for (const Precondition& never : {Precondition{.kind = Kind::kAbsent},
                                    Precondition{.kind = Kind::kVersion, .etag = kNoEtag}}) {
    const S3Answer answer = client_->put(key_of(name), body, never);
    if (answer.status == 412) continue;
    if (answer.ok() || answer.status / 100 == 4 || answer.status == 501) {
      compares_versions_ = false;
      return {};
    }
    return error("write", name, answer);
  }
  compares_versions_ = true;
  return {};
}

}  // namespace

Result<std::shared_ptr<Store>> open_s3_store(const std::string& place, const std::string& typed,
                                             const StorageOptions& given) {
  VERGER_ASSIGN_OR_RETURN(S3Place parsed, parse_s3_place(place));
  VERGER_ASSIGN_OR_RETURN(StorageOptions options, with_environment(given));
  VERGER_ASSIGN_OR_RETURN(auto client, S3Client::open(parsed.bucket, options));
  return std::shared_ptr<Store>(
      std::make_shared<S3Store>(std::move(parsed), typed, std::move(options), std::move(client)));
}

}  // namespace verger
