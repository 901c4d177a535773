// Prometheus' text format, version 0.0.4.
// https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace verger {

enum class MetricType { kCounter, kGauge };

using MetricLabels = std::vector<std::pair<std::string_view, std::string_view>>;

// Builds one exposition, a family at a time:
//
//   Exposition exposition;
//   exposition.family("verger_images_total", MetricType::kCounter, "Images worked on.");
//   exposition.sample({{"outcome", "features"}}, 59);
class Exposition {
 public:
  // `name`: [a-zA-Z_:][a-zA-Z0-9_:]*, once an exposition. `help`: any text.
  void family(std::string_view name, MetricType type, std::string_view help);
  // A value of the last family. Values of labels may hold anything; bytes that are not UTF-8 become
  // U+FFFD, as the format asks for UTF-8.
  void sample(const MetricLabels& labels, double value);
  // A family of one value without labels.
  void single(std::string_view name, MetricType type, std::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  std::string name_;  // of the last family
  std::string text_;
};

}  // namespace verger
