// SPDX-License-Identifier: Apache-2.0
#include "model/keras_layout.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/numbers.h"

namespace verger {

namespace {

struct Slot {
  std::size_t layer;
  Variable variable;
};
using Components = std::vector<std::string_view>;

constexpr std::array<std::string_view, kVariables> kVariableNames = {
    "kernel", "gamma", "beta", "moving_mean", "moving_variance"};

Components split(std::string_view path) {
  Components components;
  while (true) {
    const std::size_t slash = path.find('/');
    components.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return components;
    path.remove_prefix(slash + 1);
  }
}

std::optional<std::size_t> number(std::string_view digits) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// A layer of Keras: a convolution, with the kernel, or a batch normalisation, with the rest.
struct KerasLayer {
  std::size_t layer;
  bool batch_norm;
};

std::optional<KerasLayer> layer_named(std::string_view name) {
  static const auto by_name = [] {
    std::map<std::string, KerasLayer, std::less<>> layers;
    const auto table = mobilenet_v2_layers();
    for (std::size_t i = 0; i < table.size(); ++i) {
      layers[table[i].name] = {i, false};
      layers[table[i].batch_norm_name] = {i, true};
    }
    return layers;
  }();
  const auto entry = by_name.find(name);
  return entry == by_name.end() ? std::nullopt : std::optional(entry->second);
}

// The layer of a group named by its class and a count: conv2d, conv2d_1, …
std::optional<KerasLayer> layer_counted(std::string_view group) {
  constexpr std::array<std::string_view, 3> kClasses = {"conv2d", "depthwise_conv2d",
                                                        "batch_normalization"};
  const auto* const name = std::find_if(kClasses.begin(), kClasses.end(), [&](auto known) {
    return group == known || (group.starts_with(known) && group[known.size()] == '_');
  });
  if (name == kClasses.end()) return std::nullopt;
  const auto count = group == *name ? std::size_t{0} : number(group.substr(name->size() + 1));
  if (!count) return std::nullopt;

  const bool batch_norm = *name == "batch_normalization";
  const auto table = mobilenet_v2_layers();
  std::size_t seen = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool counts = batch_norm || table[i].depthwise == (*name == "depthwise_conv2d");
    if (counts && seen++ == *count) return KerasLayer{i, batch_norm};
  }
  return std::nullopt;
}

// …/Conv1/…/kernel:0
std::optional<Slot> slot_by_layer_name(const Components& path) {
  std::string_view variable = path.back().substr(0, path.back().find(':'));
  if (variable == "depthwise_kernel") variable = "kernel";
  const auto name = std::find(kVariableNames.begin(), kVariableNames.end(), variable);
  if (name == kVariableNames.end()) return std::nullopt;
  const auto kind = static_cast<Variable>(name - kVariableNames.begin());
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const auto layer = layer_named(path[i]);
    if (layer && layer->batch_norm == (kind != kKernel)) return Slot{layer->layer, kind};
  }
  return std::nullopt;
}

// …/conv2d_3/vars/N: a convolution's 0 is its kernel, a batch normalisation has 0 to 3.
std::optional<Slot> slot_by_class(const Components& path) {
  const auto layer = layer_counted(path[path.size() - 3]);
  const auto place = number(path.back());
  if (!layer || !place) return std::nullopt;
  const std::size_t first = layer->batch_norm ? kGamma : kKernel;
  const std::size_t count = layer->batch_norm ? kVariables - 1 : 1;
  if (*place >= count) return std::nullopt;
  return Slot{layer->layer, static_cast<Variable>(first + *place)};
}

std::optional<Slot> slot_of(const Components& path) {
  if (path[0].starts_with("optimizer")) return std::nullopt;
  const bool by_class = path.size() >= 3 && path[path.size() - 2] == "vars";
  return by_class ? slot_by_class(path) : slot_by_layer_name(path);
}

class Finder {
 public:
  Result<VariablePaths> find(const Hdf5Index& index) {
    for (const auto& [path, shape] : index) {
      if (const auto slot = slot_of(split(path))) put(*slot, path, shape);
    }
    check_complete();
    if (!fault_.empty()) return Status::model(fault_);
    return std::move(paths_);
  }

 private:
  static std::string describe(Slot slot) {
    const ConvLayer& layer = mobilenet_v2_layers()[slot.layer];
    return std::string(kVariableNames[static_cast<std::size_t>(slot.variable)]) + " of layer " +
           layer.owner(slot.variable);
  }

  static std::string text(std::span<const std::size_t> shape) {
    std::string sides;
    for (const std::size_t side : shape) {
      sides += (sides.empty() ? "" : ", ") + format_count(side);
    }
    return "(" + sides + ")";
  }

  // Only the first fault is told.
  void fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  void put(Slot slot, const std::string& path, const std::vector<std::size_t>& shape) {
    std::string& place = paths_[slot.layer][static_cast<std::size_t>(slot.variable)];
    if (!place.empty()) {
      fault("it has " + describe(slot) + " twice, at " + place + " and " + path);
    }
    place = path;
    const auto expected = mobilenet_v2_layers()[slot.layer].shape(slot.variable);
    if (shape != expected) {
      fault("its " + describe(slot) + " has the shape " + text(shape) + ", not " + text(expected));
    }
  }

  void check_complete() {
    std::size_t missing = 0;
    std::string first;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      for (int v = 0; v < kVariables; ++v) {
        const Slot slot{i, static_cast<Variable>(v)};
        if (!paths_[i][static_cast<std::size_t>(v)].empty()) continue;
        if (missing++ == 0) first = describe(slot);
      }
    }
    if (missing == 0) return;
    const std::string others =
        missing == 1 ? "" : " and " + format_count(missing - 1, "more variable");
    fault("it lacks the " + first + others);
  }

  VariablePaths paths_{mobilenet_v2_layers().size()};
  std::string fault_;
};

}  // namespace

Result<VariablePaths> find_variables(const Hdf5Index& index) { return Finder().find(index); }

}  // namespace verger
