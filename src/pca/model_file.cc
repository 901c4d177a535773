// SPDX-License-Identifier: Apache-2.0
// A PcaModel as files: docs/formats.md, section Model.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/numbers.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "pca/npy.h"
#include "verger/pca.h"

namespace verger {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kModelFile = "model.json";
constexpr std::string_view kFormat = "verger-pca";
constexpr int kModelVersion = 1;

struct Array {
  std::string_view name;  // its file is name.npy
  std::vector<double> PcaModel::* values;
  bool of_components;  // k × width; else width
};
constexpr std::array<Array, 4> kArrays = {{{"mean", &PcaModel::mean, false},
                                           {"deviation", &PcaModel::deviation, false},
                                           {"eigenvalues", &PcaModel::eigenvalues, false},
                                           {"components", &PcaModel::components, true}}};

std::string file_of(const Array& array) { return std::string(array.name) + ".npy"; }

std::vector<std::size_t> shape_of(const Array& array, const PcaModel& model) {
  const auto width = static_cast<std::size_t>(model.width);
  if (!array.of_components) return {width};
  return {static_cast<std::size_t>(model.k), width};
}

Json encode_provenance(const PcaProvenance& provenance) {
  return {{"verger_version", provenance.verger_version},
          {"model_name", provenance.model_name},
          {"weights", provenance.weights},
          {"weights_sha256", provenance.weights_sha256},
          {"precision", provenance.precision},
          {"untrained", provenance.untrained}};
}

Status damaged_model(const std::string& why) {
  return Status::model("The saved model is damaged: " + why + ". Make it anew by verger reduce.");
}

const EncodedFile* find_file(std::span<const EncodedFile> files, std::string_view name) {
  const auto file = std::ranges::find(files, name, &EncodedFile::name);
  return file == files.end() ? nullptr : &*file;
}

// Takes object[key] when it is there and of the type that `value` has.
template <class T>
bool take(const Json& object, std::string_view key, T& value) {
  if (!object.is_object()) return false;
  const auto entry = object.find(key);
  if (entry == object.end()) return false;
  bool fits = false;
  if constexpr (std::is_same_v<T, bool>) {
    fits = entry->is_boolean();
  } else if constexpr (std::is_same_v<T, std::string>) {
    fits = entry->is_string();
  } else if constexpr (std::is_integral_v<T>) {
    // The limit keeps the conversion to any of the types used here exact.
    fits = entry->is_number_unsigned() &&
           entry->template get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<T>::max());
  } else {
    fits = entry->is_number();
  }
  if (fits) value = entry->template get<T>();
  return fits;
}

// As take(), but `value` keeps what it has when there is no such key.
template <class T>
bool take_or_absent(const Json& object, std::string_view key, T& value) {
  return !object.contains(key) || take(object, key, value);
}

bool take_provenance(const Json& json, PcaProvenance& provenance) {
  const auto entry = json.find("provenance");
  return entry != json.end() && take(*entry, "verger_version", provenance.verger_version) &&
         take(*entry, "model_name", provenance.model_name) &&
         take(*entry, "weights", provenance.weights) &&
         take(*entry, "weights_sha256", provenance.weights_sha256) &&
         take(*entry, "precision", provenance.precision) &&
         take(*entry, "untrained", provenance.untrained);
}

Result<Json> parse_model_file(std::span<const EncodedFile> files) {
  const EncodedFile* file = find_file(files, kModelFile);
  if (file == nullptr) return damaged_model("it has no model.json");
  constexpr bool kExceptions = false;
  Json json = Json::parse(file->bytes.begin(), file->bytes.end(), nullptr, kExceptions);
  std::string format;
  int version = 0;
  if (json.is_discarded() || !take(json, "format", format) || format != kFormat ||
      !take(json, "version", version)) {
    return damaged_model("model.json is not that of a model");
  }
  if (version != kModelVersion) {
    return Status::model("The saved model is of format version " + format_count(version) +
                         "; this program reads version " + format_count(kModelVersion) + ".");
  }
  return json;
}

Status read_array(std::span<const EncodedFile> files, const Json& json, const Array& array,
                  PcaModel& model) {
  const std::string name = file_of(array);
  const auto arrays = json.find("arrays");
  std::string sha256;
  if (arrays == json.end() || !arrays->is_object() || !arrays->contains(name) ||
      !take((*arrays)[name], "sha256", sha256)) {
    return damaged_model("model.json does not name " + name);
  }
  const EncodedFile* file = find_file(files, name);
  if (file == nullptr) return damaged_model("it has no " + name);
  if (sha256_hex(file->bytes) != sha256)
    return damaged_model("the SHA-256 of " + name + " differs");
  auto values = decode_npy(file->bytes, shape_of(array, model));
  if (!values) return damaged_model(name + " is not a float64 array of the shape in model.json");
  if (!std::ranges::all_of(*values, [](double x) { return std::isfinite(x); })) {
    return damaged_model(name + " holds a value that is not finite");
  }
  model.*array.values = std::move(*values);
  return {};
}

bool rows_are_units(const PcaModel& model) {
  const auto width = static_cast<std::size_t>(model.width);
  for (std::size_t at = 0; at < model.components.size(); at += width) {
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i)
      sum += model.components[at + i] * model.components[at + i];
    if (!(std::abs(sum - 1) < 1e-6)) return false;
  }
  return true;
}

Status check_values(const PcaModel& model) {
  const auto negative = [](double x) { return x < 0; };
  if (std::ranges::any_of(model.deviation, negative))
    return damaged_model("a deviation is negative");
  if (!model.standardize && std::ranges::any_of(model.deviation, [](double x) { return x != 1; })) {
    return damaged_model("a deviation is not 1, though nothing was standardised");
  }
  if (std::ranges::any_of(model.eigenvalues, negative) ||
      !std::ranges::is_sorted(model.eigenvalues, std::greater<>()) || model.rank() < model.k) {
    return damaged_model("eigenvalues.npy is not a spectrum of k components or more");
  }
  if (!rows_are_units(model)) return damaged_model("a component is not of unit length");
  return {};
}

}  // namespace

std::vector<EncodedFile> encode_pca_model(const PcaModel& model, const PcaProvenance& provenance) {
  std::vector<EncodedFile> files;
  Json arrays = Json::object();
  for (const Array& array : kArrays) {
    const std::vector<std::size_t> shape = shape_of(array, model);
    files.push_back({file_of(array), encode_npy(model.*array.values, shape)});
    arrays[files.back().name] = {
        {"dtype", "<f8"}, {"shape", shape}, {"sha256", sha256_hex(files.back().bytes)}};
  }
  const Json json = {{"format", kFormat},
                     {"version", kModelVersion},
                     {"width", model.width},
                     {"k", model.k},
                     {"count", model.count},
                     {"variance", model.variance},
                     {"standardize", model.standardize},
                     {"cumulative_ratio",
                      {{"k_minus_1", model.cumulative_ratio(model.k - 1)},
                       {"k", model.cumulative_ratio(model.k)},
                       {"k_plus_1", model.cumulative_ratio(model.k + 1)}}},
                     {"provenance", encode_provenance(provenance)},
                     {"arrays", std::move(arrays)}};
  constexpr bool kAscii = false;
  const std::string text = json.dump(2, ' ', kAscii, Json::error_handler_t::replace) + "\n";
  files.push_back({std::string(kModelFile), {text.begin(), text.end()}});
  return files;
}

Result<DecodedPcaModel> decode_pca_model(std::span<const EncodedFile> files) {
  VERGER_ASSIGN_OR_RETURN(const Json json, parse_model_file(files));
  DecodedPcaModel decoded;
  PcaModel& model = decoded.model;
  if (!take(json, "width", model.width) || !take(json, "k", model.k) ||
      !take(json, "count", model.count) || !take(json, "variance", model.variance) ||
      !take_or_absent(json, "standardize", model.standardize) ||
      !take_provenance(json, decoded.provenance)) {
    return damaged_model("a field of model.json is missing or of the wrong type");
  }
  if (model.width < 1 || model.width > Moments::kMaxWidth || model.k < 1 || model.k > model.width ||
      model.count < 2 || model.variance < 0 || model.variance > 1) {
    return damaged_model("a field of model.json is out of range");
  }
  for (const Array& array : kArrays) {
    VERGER_RETURN_IF_ERROR(read_array(files, json, array, model));
  }
  VERGER_RETURN_IF_ERROR(check_values(model));
  return decoded;
}

}  // namespace verger
