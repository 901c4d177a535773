// SPDX-License-Identifier: Apache-2.0
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "bindings/bindings.h"
#include "bindings/feature_batch.h"
#include "bindings/image_input.h"
#include "bindings/status.h"
#include "bindings/worker_pool.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

struct Featurizer {
  std::shared_ptr<WorkerPool> pool;
};

struct Network {
  std::string name;  // the file's, or "untrained:SEED"
  std::optional<std::span<const uint8_t>> bytes;
  bool onnx = false;
  std::string precision;
};

Result<std::unique_ptr<Model>> load(const Network& network, int threads) {
  VERGER_ASSIGN_OR_RETURN(const Precision precision, parse_precision(network.precision));
  if (!network.bytes) {
    VERGER_ASSIGN_OR_RETURN(const uint64_t seed, untrained_seed(network.name));
    return untrained_mobilenet_v2(seed, precision, threads);
  }
  const ModelFile file{.name = network.name, .bytes = *network.bytes};
  if (network.onnx) return load_onnx(file, precision, threads);
  return load_mobilenet_v2(file, precision, threads);
}

Result<Featurizer> make(const Network& network, const ImageOptions& options, int threads) {
  VERGER_RETURN_IF_ERROR(options.validate());
  if (threads < 0) {
    return Status::invalid_argument("threads must be at least 0, not " + format_count(threads) +
                                    ".");
  }
  if (threads == 0) threads = default_threads();
  VERGER_ASSIGN_OR_RETURN(auto model, load(network, threads));
  return Featurizer{std::make_shared<WorkerPool>(std::move(model), options, threads)};
}

void construct(Featurizer* self, const std::string& weights, const std::optional<nb::bytes>& data,
               bool onnx, const std::string& precision, int threads, int64_t max_pixels,
               bool exif_orientation, bool fast_decode) {
  Network network{.name = weights, .bytes = {}, .onnx = onnx, .precision = precision};
  if (data) network.bytes.emplace(static_cast<const uint8_t*>(data->data()), data->size());
  const ImageOptions options{
      .max_pixels = max_pixels, .exif_orientation = exif_orientation, .fast_decode = fast_decode};
  auto made = [&] {
    const nb::gil_scoped_release release;
    return make(network, options, threads);
  }();
  new (self) Featurizer(value_or_raise(std::move(made)));
}

FeatureBatch featurize(const Featurizer& self, const nb::list& images) {
  const ImageInputs held(images);
  auto batch = [&]() -> Result<FeatureBatch> {
    const nb::gil_scoped_release release;
    const auto& inputs = held.inputs();
    VERGER_ASSIGN_OR_RETURN(auto table, self.pool->featurize(inputs.size(), [&](std::size_t row) {
      return inputs[row];
    }));
    VERGER_ASSIGN_OR_RETURN(auto columns, make_columns(std::move(table)));
    return FeatureBatch{std::move(columns)};
  }();
  return value_or_raise(std::move(batch));
}

FeatureBatch featurize_batch(const Featurizer& self, nb::handle images, const std::string& column) {
  const nb::tuple capsules = nb::cast<nb::tuple>(images.attr("__arrow_c_array__")());
  const auto schema = take_from_capsule<ArrowSchema>(capsules[0], "arrow_schema");
  const auto array = take_from_capsule<ArrowArray>(capsules[1], "arrow_array");
  const auto image_column = value_or_raise(ImageColumn::find(*schema, column));
  auto batch = [&] {
    const nb::gil_scoped_release release;
    return featurize_array(*self.pool, *array, image_column);
  }();
  return value_or_raise(std::move(batch));
}

FeatureStream featurize_stream(const Featurizer& self, nb::handle images,
                               const std::string& column) {
  const nb::object capsule = images.attr("__arrow_c_stream__")();
  auto stream = take_from_capsule<ArrowArrayStream>(capsule, "arrow_array_stream");
  ArrowSchema schema{};
  if (stream->get_schema(stream.get(), &schema) != 0) {
    const char* why = stream->get_last_error(stream.get());
    raise(Status::io(why != nullptr ? why : "The stream of images has no schema."));
  }
  const ArrowOwner<ArrowSchema> owned(&schema);
  const auto image_column = value_or_raise(ImageColumn::find(*owned, column));
  return {self.pool, std::move(stream), image_column};
}

nb::object featurize_arrow(const Featurizer& self, nb::handle images, const std::string& column) {
  if (nb::hasattr(images, "__arrow_c_array__")) {
    return nb::cast(featurize_batch(self, images, column));
  }
  if (nb::hasattr(images, "__arrow_c_stream__")) {
    return nb::cast(featurize_stream(self, images, column));
  }
  throw nb::type_error(
      "The images must be Arrow data: an object with __arrow_c_array__ or __arrow_c_stream__.");
}

nb::dict info(const Featurizer& self) {
  const ModelInfo& model = self.pool->model().info();
  nb::dict result;
  result["model_name"] = model.name;
  result["weights"] = model.weights;
  result["weights_sha256"] = model.weights_sha256;
  result["precision"] = std::string(precision_name(model.precision));
  result["untrained"] = model.untrained;
  result["engine"] = model.engine;
  result["width"] = model.width;
  return result;
}

// Docstrings.
constexpr const char* kFeaturizer =
    R"(A loaded network, and the threads that take images through it.

Thread-safe: calls from many threads run side by side, each on ``threads`` threads of its own. The
GIL is released while images are read, decoded and featurized. An image's features do not depend on
its neighbours or on the number of threads.)";

constexpr const char* kInit =
    R"(Loads MobileNetV2 or an ONNX model.

Args:
    weights: the name of the file, or ``"untrained:SEED"`` without ``data``.
    data: the bytes of Keras' weights (HDF5), or of the ONNX model.
    onnx: whether ``data`` is an ONNX model.
    precision: ``"f32"``, ``"f32x3"`` or ``"bf16"``.
    threads: images worked on at once; 0: one a core this process may use.
    max_pixels: a larger image is rejected.
    exif_orientation: turn images upright as their EXIF tag says.
    fast_decode: inexact; decode large JPEGs at a fraction of their size.

Raises:
    ValueError: an argument is unusable, or the processor lacks the precision.
    ModelError: ``data`` is no such model, or is damaged.)";

constexpr const char* kFeaturize =
    R"(Featurizes a list.

Each element is a ``str`` (the path of a file), bytes-like of one dimension (the bytes of a JPEG or
PNG file), uint8 [height, width, 3] in C order (RGB pixels), or None (rejected as unreadable).

Raises:
    TypeError, ValueError: an element is none of these; the message has its index.
    ModelError: the network itself failed.)";

constexpr const char* kFeaturizeArrow =
    R"(Featurizes Arrow data: the bytes of JPEG or PNG files.

Args:
    images: what has ``__arrow_c_array__`` (an array or record batch) or ``__arrow_c_stream__``
        (chunks or batches), of binary, large binary or binary view. Nulls are rejected.
    column: the column of a record batch; an array by itself takes no heed of it.

Returns:
    A FeatureBatch; of a stream, a FeatureStream that computes as it is read.

Raises:
    TypeError: ``images`` is not Arrow data.
    ValueError: there is no such column, or it is of another type.
    ModelError: the network itself failed.)";

}  // namespace

void register_featurizer(nb::module_& module) {
  nb::class_<Featurizer>(module, "Featurizer", kFeaturizer)
      .def("__init__", construct, nb::kw_only(), "weights"_a, "data"_a.none() = nb::none(),
           "onnx"_a = false, "precision"_a = "f32", "threads"_a = 0,
           "max_pixels"_a = ImageOptions{}.max_pixels, "exif_orientation"_a = false,
           "fast_decode"_a = false, kInit)
      .def_prop_ro(
          "threads", [](const Featurizer& self) { return self.pool->threads(); },
          "int: images worked on at once.")
      .def_prop_ro(
          "width", [](const Featurizer& self) { return self.pool->model().info().width; },
          "int: features an image.")
      .def_prop_ro("info", info, nb::sig("def info(self) -> dict[str, str | int | bool]"),
                   "What the network is: model_name, weights, weights_sha256, precision, "
                   "untrained, engine, width.")
      .def("featurize", featurize, "images"_a,
           nb::sig("def featurize(self, images: list[object]) -> FeatureBatch"), kFeaturize)
      .def("featurize_arrow", featurize_arrow, "images"_a, "column"_a = "content",
           nb::sig("def featurize_arrow(self, images: object, column: str = 'content') -> "
                   "FeatureBatch | FeatureStream"),
           kFeaturizeArrow);
}

}  // namespace verger::python
