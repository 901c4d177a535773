// SPDX-License-Identifier: Apache-2.0
#include "precision_rates.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "base/json_text.h"
#include "base/option_name.h"
#include "model/fused/network.h"
#include "model/fused/rate.h"
#include "output/records_json.h"
#include "storage/store.h"

namespace verger::cli {

namespace {

using nlohmann::json;

constexpr std::string_view kRatesFormat = "verger-processor";
constexpr std::string_view kRatesName = "processor.json";

// As Linux names it; "" where it does not.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return "";
}

// Billions of multiply-adds a second, by instruction set.
using Rates = std::map<std::string, double>;

class KnownRates {
 public:
  explicit KnownRates(const std::string& cache) : processor_(processor_name()) {
    if (cache.empty() || processor_.empty()) return;
    auto store = Store::open(cache);
    if (!store.ok()) return;
    store_ = *std::move(store);
    const auto document = read_json(*store_, std::string(kRatesName));
    if (!document.ok()) return;
    auto kept = parse_document(kRatesFormat, *document, [&] {
      const bool same = document->at("processor").get<std::string>() == processor_;
      return same ? document->at("rates").get<Rates>() : Rates();
    });
    if (kept.ok()) rates_ = *std::move(kept);
  }

  double of(const fused::Kernels& kernels) {
    const auto known = rates_.find(kernels.name);
    if (known != rates_.end() && known->second > 0) return known->second;
    is_new_ = true;
    return rates_[kernels.name] = fused::dense_rate(kernels);
  }

  void keep() const {
    if (!is_new_ || !store_) return;
    const Status kept = write_json(*store_, std::string(kRatesName),
                                   {{"format", kRatesFormat},
                                    {"version", kJsonFormatVersion},
                                    {"processor", processor_},
                                    {"rates", rates_}});
    static_cast<void>(kept.ok());  // they are measured again next time
  }

 private:
  std::string processor_;
  std::shared_ptr<Store> store_;
  Rates rates_;
  bool is_new_ = false;
};

std::string rounded(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f", rate);
  return text;
}

}  // namespace

std::string slower_than_f32(Precision precision, const std::string& cache) {
  const std::span<const fused::Kernels* const> kernels = fused::supported_kernels(precision);
  if (precision == Precision::kF32 || kernels.empty()) return "";
  KnownRates known(cache);
  const fused::Kernels& exact = *fused::supported_kernels().front();
  const double rate = known.of(*kernels.front());
  const double f32 = known.of(exact);
  known.keep();
  if (rate >= f32) return "";
  return option_set("precision", precision_name(precision)) +
         " is slower than f32 on this processor, whose " + kernels.front()->name + " does " +
         rounded(rate) + " billion multiply-adds a second and whose " + exact.name + " " +
         rounded(f32) + "; use " + option_set("precision", "f32") + ", which is quicker and exact.";
}

}  // namespace verger::cli
