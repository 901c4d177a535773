// SPDX-License-Identifier: Apache-2.0
#include "verger/options.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/choices.h"
#include "base/glob.h"
#include "base/numbers.h"
#include "base/option_name.h"
#include "base/run_options.h"
#include "base/status_macros.h"

namespace verger {

namespace {

// The bounds of the fields of one struct: those of a run's options of which it is a part.
template <class Part>
Status check_part(Part RunOptions::* place, const Part& part) {
  RunOptions whole;
  whole.*place = part;
  return check_bounds(whole);
}

std::string_view name_of(std::span<const std::string_view> names, auto value) {
  return names[static_cast<std::size_t>(value)];
}

Status validate_metrics(const std::string& metrics) {
  if (metrics.starts_with(':')) {
    const auto port = whole_number(std::string_view(metrics).substr(1));
    if (port && *port >= 1 && *port <= 65535) return {};
    return Status::invalid_argument(option_name("metrics") +
                                    " must be a file or :PORT with a port from 1 to 65535, not '" +
                                    metrics + "'.");
  }
  if (metrics.ends_with('/') || metrics.find("://") != std::string::npos) {
    return Status::invalid_argument(option_name("metrics") +
                                    " must name a file of this machine, or :PORT, not '" + metrics +
                                    "'.");
  }
  return {};
}

}  // namespace

Status ImageOptions::validate() const { return check_part(&RunOptions::image, *this); }

std::string_view precision_name(Precision precision) { return name_of(kPrecisions, precision); }

Result<Precision> parse_precision(std::string_view name) {
  return parse_choice<Precision>("precision", kPrecisions, name);
}

Status ModelOptions::validate() const {
  if (!weights.empty() && !model.empty()) {
    return Status::invalid_argument(option_name("weights") + " and " + option_name("model") +
                                    " exclude each other: an ONNX model carries its own weights.");
  }
  if (!model.empty() && precision == Precision::kF32x3) {
    return Status::invalid_argument(option_set("precision", "f32x3") +
                                    " is for MobileNetV2 alone; use " +
                                    option_set("precision", "f32") + " with an ONNX model.");
  }
  return {};
}

Status PcaOptions::validate() const { return check_part(&RunOptions::pca, *this); }

Status InputOptions::validate() const {
  if (pattern.find('/') != std::string::npos) {
    return Status::invalid_argument(option_name("pattern") + " '" + pattern +
                                    "' must match a file name, so it cannot hold a '/'.");
  }
  if (const auto glob = Glob::parse(pattern); !glob.ok()) {
    return Status::invalid_argument(option_name("pattern") + " '" + pattern +
                                    "': " + glob.error().message() + '.');
  }
  for (const std::string& name : exclude) {
    if (const auto glob = Glob::parse(name); !glob.ok()) {
      return Status::invalid_argument(option_name("exclude") + " '" + name +
                                      "': " + glob.error().message() + '.');
    }
    if (name.find_first_not_of('/') == std::string::npos) {
      return Status::invalid_argument(option_name("exclude") + " '" + name +
                                      "' names no file and no folder.");
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
    return Status::invalid_argument(option_name("s3_endpoint") +
                                    " must be http(s)://HOST or http(s)://HOST:PORT" +
                                    std::string(address ? " and nothing more." : "."));
  }
  return check_part(&RunOptions::storage, *this);
}

std::string_view layout_name(Layout layout) { return name_of(kLayouts, layout); }

Result<Layout> parse_layout(std::string_view name) {
  return parse_choice<Layout>("layout", kLayouts, name);
}

std::string_view pack_format_name(PackFormat format) { return name_of(kPackFormats, format); }

Result<PackFormat> parse_pack_format(std::string_view name) {
  return parse_choice<PackFormat>("format", kPackFormats, name);
}

std::string_view refit_name(Refit refit) { return name_of(kRefits, refit); }

Result<Refit> parse_refit(std::string_view name) {
  return parse_choice<Refit>("refit", kRefits, name);
}

Status PackOptions::validate() const {
  return check_number(kPackBytes, static_cast<double>(pack_bytes));
}

Status OutputOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_part(&RunOptions::output, *this));
  if (!overwrite || !resume) return {};
  return Status::invalid_argument(option_name("overwrite") + " and " + option_name("resume") +
                                  " exclude each other: one starts anew, the other goes on.");
}

Status RunOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_bounds(*this));
  VERGER_RETURN_IF_ERROR(input.validate());
  VERGER_RETURN_IF_ERROR(model.validate());
  VERGER_RETURN_IF_ERROR(output.validate());
  VERGER_RETURN_IF_ERROR(storage.validate());
  return validate_metrics(metrics);
}

int default_threads() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace verger
