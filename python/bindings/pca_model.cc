// SPDX-License-Identifier: Apache-2.0
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/numbers.h"
#include "base/parallel.h"
#include "bindings/arrays.h"
#include "bindings/bindings.h"
#include "bindings/locked_moments.h"
#include "bindings/status.h"
#include "verger/pca.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

std::string text(const nb::dict& from, const char* key) {
  return from.contains(key) ? nb::cast<std::string>(from[key]) : std::string();
}

PcaProvenance provenance_of(const nb::dict& from) {
  return {.verger_version = text(from, "verger_version"),
          .model_name = text(from, "model_name"),
          .weights = text(from, "weights"),
          .weights_sha256 = text(from, "weights_sha256"),
          .precision = text(from, "precision"),
          .untrained = from.contains("untrained") && nb::cast<bool>(from["untrained"])};
}

nb::dict provenance(const DecodedPcaModel& self) {
  nb::dict result;
  result["verger_version"] = self.provenance.verger_version;
  result["model_name"] = self.provenance.model_name;
  result["weights"] = self.provenance.weights;
  result["weights_sha256"] = self.provenance.weights_sha256;
  result["precision"] = self.provenance.precision;
  result["untrained"] = self.provenance.untrained;
  return result;
}

DecodedPcaModel solve(LockedMoments& moments, double variance, int components, bool standardize,
                      const nb::dict& of) {
  const PcaOptions options{
      .variance = variance, .components = components, .standardize = standardize};
  auto model = [&] {
    const nb::gil_scoped_release release;
    // The copy is cheap beside the solution, for which others need not wait.
    const Moments copy = moments.with([](Moments& own) { return own; });
    return fit_pca(copy, options);
  }();
  return {value_or_raise(std::move(model)), provenance_of(of)};
}

nb::dict to_files(const DecodedPcaModel& self, const std::optional<nb::dict>& other) {
  const PcaProvenance provenance = other ? provenance_of(*other) : self.provenance;
  const auto files = [&] {
    const nb::gil_scoped_release release;
    return encode_pca_model(self.model, provenance);
  }();
  nb::dict result;
  for (const EncodedFile& file : files) {
    result[file.name.c_str()] = nb::bytes(file.bytes.data(), file.bytes.size());
  }
  return result;
}

DecodedPcaModel from_files(const nb::dict& from) {
  std::vector<EncodedFile> files;
  for (const auto& [name, value] : from) {
    const auto bytes = nb::cast<nb::bytes>(value);
    const auto* begin = static_cast<const uint8_t*>(bytes.data());
    files.push_back({nb::cast<std::string>(name), {begin, begin + bytes.size()}});
  }
  auto model = [&] {
    const nb::gil_scoped_release release;
    return decode_pca_model(files);
  }();
  return value_or_raise(std::move(model));
}

// Rows at a time for a thread: a call costs about what ten rows do, besides.
constexpr std::size_t kBlock = 1024;

using Transform = void (*)(const PcaModel&, std::span<const float>, std::span<double>);

OutArray<double, 2> transform(const PcaModel& model, const Rows& rows, std::size_t columns,
                              int threads, Transform compute) {
  const auto width = static_cast<std::size_t>(model.width);
  if (rows.shape(1) != width) {
    raise(Status::invalid_argument("The rows have " + format_count(rows.shape(1), "feature") +
                                   "; the model is of " + format_count(width) + "."));
  }
  const std::size_t count = rows.shape(0);
  std::vector<double> result(count * columns);
  {
    const nb::gil_scoped_release release;
    const CancelToken never;
    const auto block = [&](std::size_t number) -> Status {
      const std::size_t begin = number * kBlock;
      const std::size_t size = std::min(kBlock, count - begin);
      compute(model, span_of(rows).subspan(begin * width, size * width),
              std::span(result).subspan(begin * columns, size * columns));
      return {};
    };
    const int wanted = threads > 0 ? threads : default_threads();
    (void)parallel_for((count + kBlock - 1) / kBlock, wanted, never, block);  // blocks cannot fail
  }
  return matrix(std::move(result), count, columns);
}

OutArray<double, 2> project_rows(const DecodedPcaModel& self, const Rows& rows, int threads) {
  return transform(self.model, rows, static_cast<std::size_t>(self.model.k), threads, project);
}

OutArray<double, 2> standardise_rows(const DecodedPcaModel& self, const Rows& rows, int threads) {
  return transform(self.model, rows, static_cast<std::size_t>(self.model.width), threads,
                   standardise);
}

// Read-only views; the array keeps the model alive.
OutArray<const double, 1> view(const DecodedPcaModel& self, const std::vector<double>& values) {
  return {values.data(), {values.size()}, nb::find(self)};
}

OutArray<const double, 2> components(const DecodedPcaModel& self) {
  const PcaModel& model = self.model;
  return {model.components.data(),
          {static_cast<std::size_t>(model.k), static_cast<std::size_t>(model.width)},
          nb::find(self)};
}

using Class = nb::class_<DecodedPcaModel>;

void def_scalars(Class& type) {
  type.def_prop_ro(
          "width", [](const DecodedPcaModel& m) { return m.model.width; }, "int: features a row.")
      .def_prop_ro(
          "k", [](const DecodedPcaModel& m) { return m.model.k; }, "int: components kept.")
      .def_prop_ro(
          "count", [](const DecodedPcaModel& m) { return m.model.count; },
          "int: rows that it was fitted on.")
      .def_prop_ro(
          "variance", [](const DecodedPcaModel& m) { return m.model.variance; },
          "float: the share of the variance that chose k; 0 when k was given.")
      .def_prop_ro(
          "standardize", [](const DecodedPcaModel& m) { return m.model.standardize; },
          "bool: whether features are divided by their deviation.")
      .def_prop_ro(
          "rank", [](const DecodedPcaModel& m) { return m.model.rank(); },
          "int: eigenvalues that are not 0, at most count - 1.")
      .def_prop_ro("provenance", provenance,
                   nb::sig("def provenance(self) -> dict[str, str | bool]"),
                   "What made the features: verger_version, model_name, weights, weights_sha256, "
                   "precision, untrained. Empty where it is not known.");
}

void def_arrays(Class& type) {
  type.def_prop_ro(
          "mean", [](const DecodedPcaModel& m) { return view(m, m.model.mean); },
          "float64 [width], read-only.")
      .def_prop_ro(
          "deviation", [](const DecodedPcaModel& m) { return view(m, m.model.deviation); },
          "float64 [width], read-only: sample deviation (n - 1); 0 of a constant feature; "
          "all 1 without standardize.")
      .def_prop_ro(
          "eigenvalues", [](const DecodedPcaModel& m) { return view(m, m.model.eigenvalues); },
          "float64 [width], read-only: the whole spectrum, descending.")
      .def_prop_ro("components", components,
                   "float64 [k, width], read-only: orthonormal rows; the loading of largest "
                   "magnitude in each is positive.");
}

void def_work(Class& type) {
  type.def(
          "project", project_rows, "rows"_a.noconvert(), "threads"_a = 0,
          R"(float32 [n, width] in C order -> float64 [n, k], on ``threads`` threads (0: one a core).

A row's bits depend neither on its neighbours nor on the threads. ValueError: another width.)")
      .def("standardise", standardise_rows, "rows"_a.noconvert(), "threads"_a = 0,
           "float32 [n, width] -> float64 [n, width]: (x - mean) / deviation, 0 where that is 0.")
      .def(
          "cumulative_ratio",
          [](const DecodedPcaModel& m, int kept) { return m.model.cumulative_ratio(kept); },
          "components"_a, "float: the share of the variance that so many components have.")
      .def("to_files", to_files, "provenance"_a.none() = nb::none(),
           nb::sig("def to_files(self, provenance: dict[str, str | bool] | None = None) -> "
                   "dict[str, bytes]"),
           "The saved form (docs/formats.md): bytes by file name, model.json last. `provenance` "
           "takes the place of the model's own.")
      .def_static("from_files", from_files, "files"_a,
                  nb::sig("def from_files(files: dict[str, bytes]) -> PcaModel"),
                  "The inverse of to_files(). ModelError when a file is missing or damaged.")
      .def(
          "__getstate__", [](const DecodedPcaModel& self) { return to_files(self, {}); },
          nb::sig("def __getstate__(self) -> dict[str, bytes]"))
      .def(
          "__setstate__",
          [](DecodedPcaModel& self, const nb::dict& files) {
            new (&self) DecodedPcaModel(from_files(files));
          },
          nb::sig("def __setstate__(self, files: dict[str, bytes], /) -> None"));
}

}  // namespace

void register_pca_model(nb::module_& module) {
  Class type(module, "PcaModel",
             R"(Standardisation and principal components, fitted by solve_pca() or read from files.

Immutable, and so thread-safe. The GIL is released while it works.)");
  def_scalars(type);
  def_arrays(type);
  def_work(type);
  module.def(
      "solve_pca", solve, "moments"_a, nb::kw_only(), "variance"_a = PcaOptions{}.variance,
      "components"_a = PcaOptions{}.components, "standardize"_a = PcaOptions{}.standardize,
      "provenance"_a = nb::dict(),
      nb::sig("def solve_pca(moments: Moments, *, variance: float = 0.95, components: int = 0, "
              "standardize: bool = True, provenance: dict[str, str | bool] = {}) -> PcaModel"),
      R"(Solves the full spectrum in float64 and keeps the leading components.

Args:
    moments: of at least 2 rows that are not all the same.
    variance: keep the fewest components that have this share of the variance, in (0, 1] ...
    components: ... unless their number is given here (> 0), at most the rank.
    standardize: divide each feature by its sample deviation; else only centre it.
    provenance: what made the features, for the record (see PcaModel.provenance).

Raises:
    ValueError: an argument is out of range, or the moments are of too few rows.)");
}

}  // namespace verger::python
