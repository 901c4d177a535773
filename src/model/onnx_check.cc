// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_check.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status_macros.h"
#include "model/protobuf_message.h"

namespace verger {

namespace {

constexpr int kMostDepth = 64;  // Networks within networks go no deeper.

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// TensorProto.
class TensorCheck {
 public:
  Status check(Bytes tensor) {
    VERGER_RETURN_IF_ERROR(
        for_each_field(tensor, [&](const Field& field) { return visit(field); }));
    if (is_elsewhere_) {
      return Status::model(
          "keeps weights in another file, and only what is inside the model is read; export it "
          "again, with its weights inside the file");
    }
    if (numbers_ / 8 <= held_) return {};  // Each number takes a bit at least.
    return Status::model("declares a tensor of more numbers than the file holds");
  }

 private:
  enum : uint64_t {
    kDims = 1,
    kFloats = 4,
    kName = 8,
    kUints = 11,
    kExternal = 13,
    kLocation = 14
  };

  Status visit(const Field& field) {
    if (field.number == kDims && !field.is_bytes) return add_side(field.value);
    if (field.number == kDims) return add_sides(field.bytes);
    is_elsewhere_ |= field.number == kExternal || (field.number == kLocation && field.value != 0);
    const bool is_data = field.number >= kFloats && field.number <= kUints && field.number != kName;
    if (is_data) held_ += std::max<uint64_t>(field.bytes.size(), 1);
    return {};
  }

  // Several, in a row of varints.
  Status add_sides(Bytes packed) {
    Message sides(packed);
    while (!sides.at_end()) {
      uint64_t side = 0;
      if (!sides.read_varint(side)) return no_model();
      VERGER_RETURN_IF_ERROR(add_side(side));
    }
    return {};
  }

  Status add_side(uint64_t side) {
    constexpr uint64_t kMost = uint64_t{1} << 31;  // a product of two of which is below 2⁶⁴
    numbers_ = std::min(numbers_ * std::min(side, kMost), kMost);
    return {};
  }

  uint64_t numbers_ = 1;
  uint64_t held_ = 0;
  bool is_elsewhere_ = false;
};

// What a node of a network needs, and what it gives, by their names.
struct Needs {
  std::vector<std::string_view> needs;
  std::vector<std::string_view> gives;
};

// Can they be put in an order in which each comes after what it needs?
bool can_be_ordered(const std::vector<Needs>& nodes) {
  std::unordered_map<std::string_view, std::size_t> givers;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const auto name : nodes[i].gives) {
      if (!name.empty()) givers.emplace(name, i);
    }
  }
  std::vector<std::vector<std::size_t>> takers(nodes.size());
  std::vector<std::size_t> open(nodes.size(), 0);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const auto name : nodes[i].needs) {
      const auto giver = givers.find(name);
      if (giver == givers.end()) continue;  // an input, a constant, or of a network around this one
      takers[giver->second].push_back(i);
      open[i] += 1;
    }
  }
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (open[i] == 0) ready.push_back(i);
  }
  std::size_t done = 0;
  for (; done < ready.size(); ++done) {
    for (const std::size_t taker : takers[ready[done]]) {
      if (--open[taker] == 0) ready.push_back(taker);
    }
  }
  return done == nodes.size();
}

class ModelCheck {
 public:
  Status check(Bytes model) {
    enum : uint64_t { kGraph = 7, kFunction = 25 };
    std::vector<Needs> functions;
    VERGER_RETURN_IF_ERROR(for_each_field(model, [&](const Field& field) -> Status {
      if (!field.is_bytes) return {};
      if (field.number == kFunction) return function(field.bytes, functions.emplace_back());
      if (field.number != kGraph) return {};
      has_graph_ = true;
      Needs ignored;
      return graph(field.bytes, ignored, 0);
    }));
    if (!has_graph_) return no_model();
    return can_be_ordered(functions) ? Status() : circular();
  }

 private:
  static Status circular() {
    return Status::model("is circular: a layer needs what is computed of its own result");
  }

  // GraphProto; adds what its nodes need to those of the node around it.
  Status graph(Bytes graph, Needs& around, int depth) {
    enum : uint64_t { kNode = 1, kInitializer = 5, kSparse = 15 };
    if (depth > kMostDepth) return Status::model("has networks within networks, too many deep");
    std::vector<Needs> nodes;
    VERGER_RETURN_IF_ERROR(for_each_field(graph, [&](const Field& field) -> Status {
      if (!field.is_bytes) return {};
      if (field.number == kInitializer) return TensorCheck().check(field.bytes);
      if (field.number == kSparse) return sparse(field.bytes);
      if (field.number != kNode) return {};
      return node(field.bytes, nodes.emplace_back(), depth);
    }));
    for (const Needs& each : nodes) {
      around.needs.insert(around.needs.end(), each.needs.begin(), each.needs.end());
    }
    return can_be_ordered(nodes) ? Status() : circular();
  }

  // FunctionProto; a function needs those that it calls.
  Status function(Bytes function, Needs& called) {
    enum : uint64_t { kName = 1, kNode = 7 };
    std::vector<Needs> nodes;
    calls_ = &called.needs;
    const Status status = for_each_field(function, [&](const Field& field) -> Status {
      if (field.number == kName && field.is_bytes) called.gives = {text_of(field.bytes)};
      if (field.number != kNode || !field.is_bytes) return {};
      return node(field.bytes, nodes.emplace_back(), 0);
    });
    calls_ = nullptr;
    VERGER_RETURN_IF_ERROR(status);
    return can_be_ordered(nodes) ? Status() : circular();
  }

  Status node(Bytes node, Needs& needs, int depth) {
    enum : uint64_t { kInput = 1, kOutput = 2, kType = 4, kAttribute = 5 };
    return for_each_field(node, [&](const Field& field) -> Status {
      if (!field.is_bytes) return {};
      if (field.number == kInput) needs.needs.push_back(text_of(field.bytes));
      if (field.number == kOutput) needs.gives.push_back(text_of(field.bytes));
      if (field.number == kType && calls_ != nullptr) calls_->push_back(text_of(field.bytes));
      return field.number == kAttribute ? attribute(field.bytes, needs, depth) : Status();
    });
  }

  Status attribute(Bytes attribute, Needs& needs, int depth) {
    enum : uint64_t {
      kTensor = 5,
      kGraph = 6,
      kTensors = 10,
      kGraphs = 11,
      kSparse = 22,
      kSparses = 23
    };
    return for_each_field(attribute, [&](const Field& field) -> Status {
      if (!field.is_bytes) return {};
      switch (field.number) {
        case kTensor:
        case kTensors:
          return TensorCheck().check(field.bytes);
        case kSparse:
        case kSparses:
          return sparse(field.bytes);
        case kGraph:
        case kGraphs:
          return graph(field.bytes, needs, depth + 1);
        default:
          return {};
      }
    });
  }

  // SparseTensorProto: its values and their places are tensors.
  static Status sparse(Bytes tensor) {
    return for_each_field(tensor, [](const Field& field) {
      const bool is_tensor = field.is_bytes && (field.number == 1 || field.number == 2);
      return is_tensor ? TensorCheck().check(field.bytes) : Status();
    });
  }

  bool has_graph_ = false;
  std::vector<std::string_view>* calls_ = nullptr;  // by the function that is being read
};

}  // namespace

Status check_onnx(std::span<const uint8_t> bytes) { return ModelCheck().check(bytes); }

}  // namespace verger
