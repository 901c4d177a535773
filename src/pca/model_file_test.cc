// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "pca/npy.h"
#include "pca/test_rows.h"
#include "verger/pca.h"

namespace verger {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using Json = nlohmann::json;

const PcaProvenance kProvenance = {"0.1.0", "MobileNetV2 1.0 224", "weights.h5", "ab12", "f32",
                                   true};

PcaModel example_model(const PcaOptions& options = {.variance = 0.8}) {
  auto model = fit_pca(moments_of(random_rows(50, 6, 1), 6), options);
  EXPECT_TRUE(model.ok());
  return std::move(model).value();
}

std::vector<EncodedFile> example() { return encode_pca_model(example_model(), kProvenance); }

EncodedFile& file(std::vector<EncodedFile>& files, const std::string& name) {
  return *std::ranges::find(files, name, &EncodedFile::name);
}

Json model_json(std::vector<EncodedFile>& files) {
  return Json::parse(file(files, "model.json").bytes);
}

void set_model_json(std::vector<EncodedFile>& files, const Json& json) {
  const std::string text = json.dump();
  file(files, "model.json").bytes = {text.begin(), text.end()};
}

// Puts other values into an array and makes its hash right again.
void set_array(std::vector<EncodedFile>& files, const std::string& name,
               const std::vector<double>& values, const std::vector<std::size_t>& shape) {
  file(files, name).bytes = encode_npy(values, shape);
  Json json = model_json(files);
  json["arrays"][name]["sha256"] = sha256_hex(file(files, name).bytes);
  set_model_json(files, json);
}

std::string fault_of(const std::vector<EncodedFile>& files) {
  const auto decoded = decode_pca_model(files);
  if (decoded.ok()) return "none";
  EXPECT_EQ(decoded.error().code(), StatusCode::kModel);
  return decoded.error().message();
}

TEST(ModelFileTest, IsReadBackToTheSameBits) {
  for (const PcaOptions& options :
       {PcaOptions{.variance = 0.8}, PcaOptions{.components = 1}, PcaOptions{.components = 6}}) {
    const PcaModel model = example_model(options);
    const auto decoded = decode_pca_model(encode_pca_model(model, kProvenance));
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_EQ(decoded->model.width, 6);
    EXPECT_EQ(decoded->model.k, model.k);
    EXPECT_EQ(decoded->model.count, 50);
    EXPECT_EQ(decoded->model.variance, model.variance);
    EXPECT_THAT(decoded->model.mean, Eq(model.mean));
    EXPECT_THAT(decoded->model.deviation, Eq(model.deviation));
    EXPECT_THAT(decoded->model.eigenvalues, Eq(model.eigenvalues));
    EXPECT_THAT(decoded->model.components, Eq(model.components));
    EXPECT_EQ(decoded->provenance.weights, "weights.h5");
    EXPECT_EQ(decoded->provenance.weights_sha256, "ab12");
    EXPECT_TRUE(decoded->provenance.untrained);
  }
}

TEST(ModelFileTest, WithoutStandardisationEveryDeviationIs1) {
  const PcaModel model = example_model({.standardize = false});
  auto files = encode_pca_model(model, kProvenance);
  const auto decoded = decode_pca_model(files);
  ASSERT_TRUE(decoded.ok());
  EXPECT_FALSE(decoded->model.standardize);
  EXPECT_THAT(decoded->model.deviation, Eq(model.deviation));
  set_array(files, "deviation.npy", {1, 1, 1, 1, 1, 2}, {6});
  EXPECT_THAT(fault_of(files), HasSubstr("a deviation is not 1"));
}

TEST(ModelFileTest, WithoutTheFieldFeaturesWereStandardised) {
  auto files = example();
  Json json = model_json(files);
  json.erase("standardize");
  set_model_json(files, json);
  const auto decoded = decode_pca_model(files);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(decoded->model.standardize);
  json["standardize"] = "no";
  set_model_json(files, json);
  EXPECT_THAT(fault_of(files), HasSubstr("wrong type"));
}

TEST(ModelFileTest, IsWrittenWithModelJsonLast) {
  std::vector<std::string> names;
  for (const EncodedFile& file : example()) names.push_back(file.name);
  EXPECT_THAT(names, ElementsAre("mean.npy", "deviation.npy", "eigenvalues.npy", "components.npy",
                                 "model.json"));
}

TEST(ModelFileTest, StatesTheMarginOfK) {
  auto files = example();
  const PcaModel model = example_model();
  const Json ratio = model_json(files)["cumulative_ratio"];
  EXPECT_EQ(ratio["k_minus_1"], model.cumulative_ratio(model.k - 1));
  EXPECT_EQ(ratio["k"], model.cumulative_ratio(model.k));
  EXPECT_EQ(ratio["k_plus_1"], model.cumulative_ratio(model.k + 1));
}

TEST(ModelFileTest, NamesThatAreNotUtf8AreReplaced) {
  PcaProvenance provenance = kProvenance;
  provenance.weights = "bad \xff name";
  const auto decoded = decode_pca_model(encode_pca_model(example_model(), provenance));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->provenance.weights, "bad \xef\xbf\xbd name");
}

TEST(ModelFileTest, EveryFlippedByteOfAnArrayIsFound) {
  for (std::size_t f = 0; f < 4; ++f) {
    for (std::size_t at = 0; at < example()[f].bytes.size(); at += 5) {
      auto files = example();
      files[f].bytes[at] ^= 1;
      EXPECT_THAT(fault_of(files), HasSubstr("SHA-256 of " + files[f].name));
    }
  }
}

TEST(ModelFileTest, EveryTruncationOfModelJsonIsFound) {
  const auto whole = example();
  for (std::size_t size = 0; size + 2 < whole.back().bytes.size(); ++size) {
    auto files = whole;
    files.back().bytes.resize(size);
    EXPECT_THAT(fault_of(files), HasSubstr("model.json"));
  }
}

TEST(ModelFileTest, AMissingFileIsNamed) {
  for (std::size_t f = 0; f < 5; ++f) {
    auto files = example();
    const std::string name = files[f].name;
    files.erase(files.begin() + static_cast<std::ptrdiff_t>(f));
    EXPECT_THAT(fault_of(files), HasSubstr(name));
  }
}

TEST(ModelFileTest, OtherFilesAreNoConcern) {
  auto files = example();
  files.push_back({"sklearn.pkl", {1, 2, 3}});
  EXPECT_EQ(fault_of(files), "none");
}

TEST(ModelFileTest, FieldsMissingOrOfTheWrongTypeAreFound) {
  auto files = example();
  const Json whole = model_json(files);
  const std::vector<Json> wrong = {nullptr,        -1,   1.5, "x", true, Json::array(),
                                   Json::object(), 1e300};
  for (const auto& [key, value] : whole.items()) {
    if (key == "cumulative_ratio") continue;  // for people; decoding computes it
    if (key == "standardize") continue;       // may be missing
    Json json = whole;
    json.erase(key);
    set_model_json(files, json);
    EXPECT_NE(fault_of(files), "none") << key;
    for (const Json& other : wrong) {
      json[key] = other;
      set_model_json(files, json);
      EXPECT_NE(fault_of(files), "none") << key << " = " << other;
    }
  }
}

TEST(ModelFileTest, ANewerVersionIsNamed) {
  auto files = example();
  Json json = model_json(files);
  json["version"] = 2;
  set_model_json(files, json);
  EXPECT_THAT(fault_of(files), HasSubstr("format version 2"));
}

TEST(ModelFileTest, AnotherShapeThanTheArraysIsFound) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, Json>>{{"width", 7},
                                                 {"width", 2'147'483'647},
                                                 {"k", 6},
                                                 {"k", 0},
                                                 {"count", 1},
                                                 {"width", 4'294'967'296},
                                                 {"variance", 1.1}}) {
    auto files = example();
    Json json = model_json(files);
    json[key] = value;
    set_model_json(files, json);
    EXPECT_THAT(fault_of(files), HasSubstr("damaged")) << key << " = " << value;
  }
}

TEST(ModelFileTest, ImplausibleValuesAreFoundThoughTheHashIsRight) {
  const PcaModel model = example_model();
  const auto k = static_cast<std::size_t>(model.k);
  auto changed = [&](const std::string& name, std::vector<double> values, double value) {
    auto files = example();
    values[1] = value;
    const std::vector<std::size_t> shape =
        name == "components.npy" ? std::vector<std::size_t>{k, 6} : std::vector<std::size_t>{6};
    set_array(files, name, values, shape);
    return fault_of(files);
  };
  EXPECT_EQ(changed("mean.npy", model.mean, 5), "none");
  EXPECT_THAT(changed("mean.npy", model.mean, std::nan("")), HasSubstr("not finite"));
  EXPECT_THAT(changed("deviation.npy", model.deviation, -1), HasSubstr("deviation is negative"));
  EXPECT_THAT(changed("eigenvalues.npy", model.eigenvalues, 100), HasSubstr("spectrum"));
  EXPECT_THAT(changed("components.npy", model.components, 100), HasSubstr("unit length"));
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(changed("components.npy", model.components, infinity), HasSubstr("not finite"));
}

TEST(ModelFileTest, NestedJsonIsRefused) {
  auto files = example();
  file(files, "model.json").bytes.assign(1'000'000, '[');
  EXPECT_THAT(fault_of(files), HasSubstr("model.json"));
}

TEST(NpyTest, HasNumPysOwnHeader) {
  const auto bytes = encode_npy(std::vector<double>{1, 2, 3}, std::vector<std::size_t>{3});
  ASSERT_EQ(bytes.size(), 128 + 24U);
  const std::string header(bytes.begin(), bytes.begin() + 128);
  EXPECT_EQ(header.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(header.substr(10, 61), "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }    ");
  EXPECT_EQ(header.back(), '\n');
}

TEST(NpyTest, AnotherShapeIsNotDecoded) {
  const auto bytes = encode_npy(std::vector<double>(6), std::vector<std::size_t>{2, 3});
  EXPECT_TRUE(decode_npy(bytes, std::vector<std::size_t>{2, 3}));
  EXPECT_FALSE(decode_npy(bytes, std::vector<std::size_t>{3, 2}));
  EXPECT_FALSE(decode_npy(bytes, std::vector<std::size_t>{6}));
  EXPECT_FALSE(decode_npy({}, std::vector<std::size_t>{6}));
}

}  // namespace
}  // namespace verger
