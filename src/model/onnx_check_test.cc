// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_check.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "model/golden_features.h"

namespace verger {
namespace {

using ::testing::HasSubstr;

// A field that holds bytes.
std::string field(unsigned number, const std::string& bytes) {
  std::string made;
  const auto varint = [&](std::size_t value) {
    for (; value >= 0x80; value >>= 7) made += static_cast<char>(0x80 | (value & 0x7F));
    made += static_cast<char>(value);
  };
  varint(number << 3 | 2);
  varint(bytes.size());
  return made + bytes;
}

std::string node(const std::string& from, const std::string& to, const std::string& more = "") {
  return field(1, field(1, from) + field(2, to) + field(4, "Relu") + more);
}

std::string model(const std::string& graph) { return field(7, graph); }

std::string fault_of(const std::string& bytes) {
  const Status status = check_onnx({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  EXPECT_TRUE(status.ok() || status.code() == StatusCode::kModel);
  return std::string(status.message());
}

TEST(OnnxCheck, TakesModels) {
  for (const char* name : {"tiny_nchw.onnx", "tiny_nhwc.onnx", "two_inputs.onnx"}) {
    EXPECT_TRUE(check_onnx(golden_file(name)).ok()) << name;
  }
  EXPECT_EQ(fault_of(model(node("x", "a") + node("a", "b"))), "");
  EXPECT_EQ(fault_of(model(node("a", "b") + node("x", "a"))), "");  // in another order
}

TEST(OnnxCheck, RefusesWhatIsNone) {
  for (const std::string& bytes : {std::string(), std::string(1000, 'x'), std::string("\x3a\x7f"),
                                   field(1, "no graph"), std::string(20, '\xff')}) {
    EXPECT_THAT(fault_of(bytes), HasSubstr("is not an ONNX model"));
  }
}

TEST(OnnxCheck, RefusesWhatNeedsItsOwnResult) {
  const std::string cycle = node("z", "a") + node("a", "z");
  EXPECT_THAT(fault_of(model(cycle)), HasSubstr("is circular"));
  EXPECT_THAT(fault_of(model(node("a", "a"))), HasSubstr("is circular"));
  // Within a network of an attribute, and through one.
  EXPECT_THAT(fault_of(model(node("x", "y", field(5, field(6, cycle))))), HasSubstr("is circular"));
  EXPECT_THAT(fault_of(model(node("x", "y", field(5, field(6, node("z", "i")))) + node("y", "z"))),
              HasSubstr("is circular"));
  // Functions that call each other.
  const auto function = [](const std::string& name, const std::string& calls) {
    return field(25, field(1, name) + field(7, field(4, calls)));
  };
  EXPECT_EQ(fault_of(model(node("x", "y")) + function("f", "g") + function("g", "Relu")), "");
  EXPECT_THAT(fault_of(model(node("x", "y")) + function("f", "g") + function("g", "f")),
              HasSubstr("is circular"));
}

TEST(OnnxCheck, RefusesNetworksWithoutBottom) {
  std::string deep = node("x", "y");
  for (int i = 0; i < 1000; ++i) deep = node("x", "y", field(5, field(6, deep)));
  EXPECT_THAT(fault_of(model(deep)), HasSubstr("too many deep"));
}

TEST(OnnxCheck, RefusesTensorsThatAreNotInTheFile) {
  const std::string place = field(13, field(1, "location") + field(2, "weights.bin"));
  EXPECT_THAT(fault_of(model(field(5, place))), HasSubstr("with its weights inside the file"));
  EXPECT_THAT(fault_of(model(field(5, std::string("\x70\x01")))), HasSubstr("another file"));
  const std::string in_a_node = node("x", "y", field(5, field(5, place)));
  EXPECT_THAT(fault_of(model(in_a_node)), HasSubstr("another file"));
  // Sides of 2^40 and 3, and 12 bytes.
  const std::string huge = field(1, std::string("\x80\x80\x80\x80\x80\x20\x03"));
  EXPECT_THAT(fault_of(model(field(5, huge + field(9, std::string(12, 'x'))))),
              HasSubstr("more numbers than the file holds"));
  const std::string fits = field(1, std::string("\x03"));
  EXPECT_EQ(fault_of(model(field(5, fits + field(9, std::string(12, 'x'))))), "");
}

}  // namespace
}  // namespace verger
