// SPDX-License-Identifier: Apache-2.0
// Prometheus' text format, version 0.0.4.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace verger {

enum class MetricType { kCounter, kGauge, kHistogram };

using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

// Builds one exposition, a family at a time:
//
//   Exposition exposition;
//   exposition.family("verger_images_total", MetricType::kCounter, "Images worked on.");
//   exposition.sample({{"outcome", "features"}}, 59);
class Exposition {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  // `name`: [a-zA-Z_:][a-zA-Z0-9_:]*, once an exposition. `help`: any text.
  void family(std::string_view name, MetricType type, std::string_view help);
  // A value of the last family. Values of labels may hold anything; bytes that are not UTF-8 become
  // U+FFFD, as the format asks for UTF-8.
  void sample(const MetricLabels& labels, double value);
  // A family of one histogram without labels: `counts[i]` values were at most `bounds[i]` and more
  // than the bound before, the last of `counts` more than all; `sum` of all values.
  void histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                 std::span<const int64_t> counts, double sum);
  // A family of one value without labels.
  void single(std::string_view name, MetricType type, std::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  void line(std::string_view name, const MetricLabels& labels, double value);

  std::string name_;  // which family was written last
  std::string text_;
};

}  // namespace verger
