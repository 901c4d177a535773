// SPDX-License-Identifier: Apache-2.0
// Bytes → the files of a PCA model → the model, which then projects a row.
//
// The input is model.json, then the four arrays in the order of kNames; a line "\n--\n" parts them.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "target.h"
#include "verger/pca.h"

namespace verger {

namespace {

using Json = nlohmann::ordered_json;
using Files = std::vector<EncodedFile>;

constexpr std::array<const char*, 5> kNames = {"model.json", "mean.npy", "deviation.npy",
                                               "eigenvalues.npy", "components.npy"};

Files split(std::string_view input) {
  constexpr std::string_view kSeparator = "\n--\n";
  Files files;
  for (const char* name : kNames) {
    const std::size_t end = std::min(input.find(kSeparator), input.size());
    files.push_back({name, {input.begin(), input.begin() + static_cast<std::ptrdiff_t>(end)}});
    input.remove_prefix(std::min(end + kSeparator.size(), input.size()));
  }
  return files;
}

// The files with right checksums in model.json: random ones would never be.
Files with_checksums(Files files) {
  auto& text = files.front().bytes;
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("arrays") || !json["arrays"].is_object()) return files;
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (!json["arrays"].contains(files[i].name)) continue;
    Json& array = json["arrays"][files[i].name];
    if (array.is_object()) array["sha256"] = sha256_hex(files[i].bytes);
  }
  const std::string mended = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  text.assign(mended.begin(), mended.end());
  return files;
}

void decode(const Files& files) {
  const auto decoded = decode_pca_model(files);
  if (!decoded.ok()) return;
  const PcaModel& model = decoded->model;
  const Files encoded = encode_pca_model(model, decoded->provenance);
  const auto again = decode_pca_model(encoded);
  require(again.ok(), "what was written is read");
  require(again->model.components == model.components, "it is the same");
  const std::vector<float> row(static_cast<std::size_t>(model.width), 1.0F);
  std::vector<double> projected(static_cast<std::size_t>(model.k));
  project(model, row, projected);
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto files = verger::split({reinterpret_cast<const char*>(data), size});
  verger::decode(files);
  verger::decode(verger::with_checksums(files));
  return 0;
}
