// SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace verger {

namespace {

std::string valid_utf8(std::string_view text) {
  using nlohmann::json;
  const json raw = std::string(text);
  return json::parse(json_text(raw));
}

// `marks`: the characters that take a backslash; a line's end becomes \n.
std::string escaped(std::string_view text, std::string_view marks) {
  std::string result;
  for (const char letter : valid_utf8(text)) {
    if (letter == '\n') {
      result += "\\n";
      continue;
    }
    if (marks.find(letter) != std::string_view::npos) result += '\\';
    result += letter;
  }
  return result;
}

// The shortest text that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

const char* type_name(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      break;
  }
  return "histogram";
}

}  // namespace

void Exposition::family(std::string_view name, MetricType type, std::string_view help) {
  name_ = name;
  text_ += "# HELP " + name_ + ' ' + escaped(help, "\\") + '\n';
  text_ += "# TYPE " + name_ + ' ' + type_name(type) + '\n';
}

void Exposition::sample(const MetricLabels& labels, double value) { line(name_, labels, value); }

void Exposition::line(std::string_view name, const MetricLabels& labels, double value) {
  text_ += name;
  std::string separator = "{";
  for (const auto& [label, text] : labels) {
    text_ += separator + std::string(label) + "=\"" + escaped(text, "\\\"") + '"';
    separator = ",";
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ' + number(value) + '\n';
}

void Exposition::histogram(std::string_view name, std::string_view help,
                           std::span<const double> bounds, std::span<const int64_t> counts,
                           double sum) {
  assert(counts.size() == bounds.size() + 1);
  family(name, MetricType::kHistogram, help);
  int64_t seen = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    const std::string bound = i < bounds.size() ? number(bounds[i]) : "+Inf";
    line(name_ + "_bucket", {{"le", bound}}, static_cast<double>(seen));
  }
  line(name_ + "_sum", {}, sum);
  line(name_ + "_count", {}, static_cast<double>(seen));
}

void Exposition::single(std::string_view name, MetricType type, std::string_view help,
                        double value) {
  family(name, type, help);
  sample({}, value);
}

}  // namespace verger
