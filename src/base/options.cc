// SPDX-License-Identifier: Apache-2.0
#include "verger/options.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <thread>

#include "base/glob.h"
#include "base/status_macros.h"

namespace verger {

namespace {

std::string text(double value) {
  std::string digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits.back() == '.' ? digits + '0' : digits;
}

Status validate_metrics(const std::string& metrics) {
  if (metrics.starts_with(':')) {
    int port = 0;
    const char* end = metrics.data() + metrics.size();
    const auto read = std::from_chars(metrics.data() + 1, end, port);
    if (read.ec == std::errc() && read.ptr == end && port >= 1 && port <= 65535) return {};
    return Status::invalid_argument("--metrics must be a file or :PORT with a port from 1 to " +
                                    ("65535, not '" + metrics + "'."));
  }
  if (metrics.ends_with('/') || metrics.find("://") != std::string::npos) {
    return Status::invalid_argument("--metrics must name a file of this machine, or :PORT, not '" +
                                    metrics + "'.");
  }
  return {};
}

}  // namespace

Status ImageOptions::validate() const {
  if (max_pixels < 1) {
    return Status::invalid_argument("--max-pixels must be at least 1, not " +
                                    std::to_string(max_pixels) + ".");
  }
  return {};
}

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::kF32x3:
      return "f32x3";
    case Precision::kBf16:
      return "bf16";
    case Precision::kF32:
      break;
  }
  return "f32";
}

Result<Precision> parse_precision(std::string_view name) {
  if (name == "f32") return Precision::kF32;
  if (name == "f32x3") return Precision::kF32x3;
  if (name == "bf16") return Precision::kBf16;
  return Status::invalid_argument("--precision must be f32, f32x3 or bf16, not '" +
                                  std::string(name) + "'.");
}

Status ModelOptions::validate() const {
  if (!weights.empty() && !model.empty()) {
    return Status::invalid_argument(
        "--weights and --model exclude each other: an ONNX model carries its own weights.");
  }
  if (!model.empty() && precision == Precision::kF32x3) {
    return Status::invalid_argument(
        "--precision f32x3 is for MobileNetV2 alone; use --precision f32 with --model.");
  }
  return {};
}

Status PcaOptions::validate() const {
  if (!(variance > 0 && variance <= 1)) {
    return Status::invalid_argument("--variance must be in (0, 1], not " + text(variance) + ".");
  }
  if (components < 0) {
    return Status::invalid_argument("--components must be at least 1, not " +
                                    std::to_string(components) + ".");
  }
  return {};
}

Status InputOptions::validate() const {
  if (pattern.find('/') != std::string::npos) {
    return Status::invalid_argument("--pattern '" + pattern +
                                    "' must match a file name, so it cannot hold a '/'.");
  }
  if (const auto glob = Glob::parse(pattern); !glob.ok()) {
    return Status::invalid_argument("--pattern '" + pattern + "': " + glob.error().message() + '.');
  }
  for (const std::string& name : exclude) {
    if (const auto glob = Glob::parse(name); !glob.ok()) {
      return Status::invalid_argument("--exclude '" + name + "': " + glob.error().message() + '.');
    }
    if (name.find_first_not_of('/') == std::string::npos) {
      return Status::invalid_argument("--exclude '" + name + "' names no file and no folder.");
    }
  }
  return {};
}

Status StorageOptions::validate() const {
  const bool address = s3_endpoint.starts_with("http://") || s3_endpoint.starts_with("https://");
  const auto host = s3_endpoint.find("://") + 3;
  if (!s3_endpoint.empty() &&
      (!address || host == s3_endpoint.size() ||
       s3_endpoint.substr(host).find_first_of("/@?#") != std::string::npos)) {
    return Status::invalid_argument("--s3-endpoint must be http(s)://HOST or http(s)://HOST:PORT" +
                                    std::string(address ? " and nothing more." : "."));
  }
  if (!s3_addressing.empty() && s3_addressing != "path" && s3_addressing != "virtual") {
    return Status::invalid_argument("--s3-addressing must be path or virtual, not '" +
                                    s3_addressing + "'.");
  }
  if (reads_in_flight < 0 || reads_in_flight > 1024) {
    return Status::invalid_argument("--reads-in-flight must be between 0 and 1024, not " +
                                    std::to_string(reads_in_flight) + ".");
  }
  if (listers < 0 || listers > 256) {
    return Status::invalid_argument("--listers must be between 0 and 256, not " +
                                    std::to_string(listers) + ".");
  }
  if (retries < 0 || retries > 100) {
    return Status::invalid_argument("--retries must be between 0 and 100, not " +
                                    std::to_string(retries) + ".");
  }
  return {};
}

std::string_view layout_name(Layout layout) {
  return layout == Layout::kNotebook ? "notebook" : "tables";
}

Result<Layout> parse_layout(std::string_view name) {
  if (name == "tables") return Layout::kTables;
  if (name == "notebook") return Layout::kNotebook;
  return Status::invalid_argument("--layout must be tables or notebook, not '" + std::string(name) +
                                  "'.");
}

std::string_view pack_format_name(PackFormat format) {
  return format == PackFormat::kTar ? "tar" : "parquet";
}

Result<PackFormat> parse_pack_format(std::string_view name) {
  if (name == "parquet") return PackFormat::kParquet;
  if (name == "tar") return PackFormat::kTar;
  return Status::invalid_argument("--format must be parquet or tar, not '" + std::string(name) +
                                  "'.");
}

std::string_view refit_name(Refit refit) {
  if (refit == Refit::kAlways) return "always";
  return refit == Refit::kNever ? "never" : "auto";
}

Result<Refit> parse_refit(std::string_view name) {
  for (const Refit refit : {Refit::kAuto, Refit::kAlways, Refit::kNever}) {
    if (name == refit_name(refit)) return refit;
  }
  return Status::invalid_argument("--refit must be auto, always or never, not '" +
                                  std::string(name) + "'.");
}

Status PackOptions::validate() const {
  if (pack_bytes < 1) {
    return Status::invalid_argument("--pack-bytes must be at least 1, not " +
                                    std::to_string(pack_bytes) + ".");
  }
  return {};
}

Status OutputOptions::validate() const {
  if (parts < 1 || parts > 100'000) {
    return Status::invalid_argument("--parts must be between 1 and 100000, not " +
                                    std::to_string(parts) + ".");
  }
  if (overwrite && resume) {
    return Status::invalid_argument(
        "--overwrite and --resume exclude each other: one starts anew, the other goes on.");
  }
  return {};
}

Status RunOptions::validate() const {
  VERGER_RETURN_IF_ERROR(input.validate());
  VERGER_RETURN_IF_ERROR(image.validate());
  VERGER_RETURN_IF_ERROR(model.validate());
  VERGER_RETURN_IF_ERROR(pca.validate());
  VERGER_RETURN_IF_ERROR(output.validate());
  VERGER_RETURN_IF_ERROR(storage.validate());
  if (threads < 0 || threads > 4096) {
    return Status::invalid_argument("--threads must be between 0 and 4096, not " +
                                    std::to_string(threads) + ".");
  }
  return validate_metrics(metrics);
}

int default_threads() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace verger
