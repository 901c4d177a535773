// SPDX-License-Identifier: Apache-2.0
#include "bindings/feature_batch.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "bindings/bindings.h"
#include "bindings/status.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

nb::object schema_capsule() {
  auto schema = std::make_unique<ArrowSchema>();
  export_schema(schema.get());
  return make_capsule(std::move(schema), "arrow_schema");
}

nb::tuple array_capsules(const FeatureBatch& batch, const nb::object& /*requested_schema*/) {
  auto array = std::make_unique<ArrowArray>();
  export_batch(batch.columns, array.get());
  return nb::make_tuple(schema_capsule(), make_capsule(std::move(array), "arrow_array"));
}

nb::ndarray<nb::numpy, const float, nb::ndim<2>> features(const FeatureBatch& batch) {
  const FeatureColumns& columns = *batch.columns;
  return {columns.features.data(),
          {columns.features.size() / columns.width, columns.width},
          nb::find(batch)};
}

std::string text_at(const TextColumn& column, std::size_t row) {
  const auto begin = static_cast<std::size_t>(column.offsets[row]);
  return column.text.substr(begin, static_cast<std::size_t>(column.offsets[row + 1]) - begin);
}

nb::list rejections(const FeatureBatch& batch) {
  const FeatureColumns& columns = *batch.columns;
  nb::list result;
  for (std::size_t row = 0; row < columns.rows; ++row) {
    if ((columns.reason.valid[row / 8] >> (row % 8) & 1) == 0) continue;
    result.append(nb::make_tuple(row, text_at(columns.reason, row), text_at(columns.message, row)));
  }
  return result;
}

// The stream that a reader holds. Its functions are called without the GIL as with it.
struct ExportedStream {
  FeatureStream stream;
  std::string error;

  static ExportedStream& of(ArrowArrayStream* self) {
    return *static_cast<ExportedStream*>(self->private_data);
  }

  static int get_schema(ArrowArrayStream*, ArrowSchema* to) {
    export_schema(to);
    return 0;
  }

  static int get_next(ArrowArrayStream* self, ArrowArray* to) {
    ExportedStream& own = of(self);
    *to = ArrowArray{};
    ArrowArray next{};
    ArrowArrayStream* images = own.stream.images.get();
    if (const int fault = images->get_next(images, &next); fault != 0) {
      const char* why = images->get_last_error(images);
      own.error = why != nullptr ? why : "The stream of images failed.";
      return fault;
    }
    if (next.release == nullptr) return 0;  // the end
    const ArrowOwner<ArrowArray> batch(&next);
    const auto result = featurize_array(*own.stream.pool, *batch, own.stream.column);
    if (!result.ok()) {
      own.error = result.error().message();
      return EIO;
    }
    export_batch(result->columns, to);
    return 0;
  }

  static const char* get_last_error(ArrowArrayStream* self) { return of(self).error.c_str(); }

  static void release(ArrowArrayStream* self) {
    delete &of(self);
    self->release = nullptr;
  }
};

nb::object stream_capsule(FeatureStream& stream, const nb::object& /*requested_schema*/) {
  if (stream.images.released()) {
    throw nb::value_error("The stream was consumed before; featurize the images again.");
  }
  auto exported = std::make_unique<ArrowArrayStream>();
  *exported = {ExportedStream::get_schema, ExportedStream::get_next, ExportedStream::get_last_error,
               ExportedStream::release, new ExportedStream{std::move(stream), {}}};
  return make_capsule(std::move(exported), "arrow_array_stream");
}

}  // namespace

Result<FeatureBatch> featurize_array(WorkerPool& pool, const ArrowArray& images,
                                     const ImageColumn& column) {
  const auto image = [&](std::size_t row) -> ImageInput {
    if (const auto bytes = column.at(images, row)) return *bytes;
    return NoImage{};
  };
  VERGER_ASSIGN_OR_RETURN(auto table, pool.featurize(rows(images), image));
  VERGER_ASSIGN_OR_RETURN(auto columns, make_columns(std::move(table)));
  return FeatureBatch{std::move(columns)};
}

void register_feature_batch(nb::module_& module) {
  nb::class_<FeatureBatch>(
      module, "FeatureBatch",
      R"(Features and rejections of some images, a row an image, in their order.

It is an Arrow record batch by the PyCapsule interface, so ``pyarrow.record_batch(batch)`` or
``polars.DataFrame(batch)`` read it without copying:

========== ================= ==================================================
features   list<float32>     null where the image was rejected
reason     string            null where it was not; such as ``"truncated"``
message    string            the same; one sentence
========== ================= ==================================================

Immutable, and so thread-safe.)")
      .def("__len__", [](const FeatureBatch& batch) { return batch.columns->rows; })
      .def_prop_ro(
          "width", [](const FeatureBatch& batch) { return batch.columns->width; },
          "int: features an image.")
      .def_prop_ro("features", features,
                   "float32 [n, width], read-only: those of the images that were not rejected.")
      .def_prop_ro("rejections", rejections,
                   nb::sig("def rejections(self) -> list[tuple[int, str, str]]"),
                   "(row, reason, message) of each rejected image.")
      .def(
          "__arrow_c_schema__", [](const FeatureBatch&) { return schema_capsule(); },
          "A PyCapsule of the ArrowSchema.")
      .def("__arrow_c_array__", array_capsules, "requested_schema"_a = nb::none(),
           nb::sig("def __arrow_c_array__(self, requested_schema: object | None = None) -> "
                   "tuple[object, object]"),
           "PyCapsules of ArrowSchema and ArrowArray. The requested schema is passed over.");
}

void register_feature_stream(nb::module_& module) {
  nb::class_<FeatureStream>(
      module, "FeatureStream",
      R"(A stream of record batches like FeatureBatch, one a batch of the images.

Each is computed when the reader asks for it. It can be read once, by one thread, as by
``pyarrow.RecordBatchReader.from_stream(stream)``.)")
      .def(
          "__arrow_c_schema__", [](const FeatureStream&) { return schema_capsule(); },
          "A PyCapsule of the ArrowSchema.")
      .def(
          "__arrow_c_stream__", stream_capsule, "requested_schema"_a = nb::none(),
          nb::sig("def __arrow_c_stream__(self, requested_schema: object | None = None) -> object"),
          "A PyCapsule of the ArrowArrayStream; ValueError the second time.");
}

}  // namespace verger::python
