// SPDX-License-Identifier: Apache-2.0
// What featurizing gives: a record batch, or a stream of them.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string>

#include "bindings/arrow_abi.h"
#include "bindings/arrow_export.h"
#include "bindings/arrow_import.h"
#include "bindings/worker_pool.h"

namespace verger::python {

struct FeatureBatch {
  std::shared_ptr<const FeatureColumns> columns;
};

// Featurizes one batch after another as its reader asks for them. It is read once.
struct FeatureStream {
  std::shared_ptr<WorkerPool> pool;
  ArrowOwner<ArrowArrayStream> images;
  ImageColumn column;
};

Result<FeatureBatch> featurize_array(WorkerPool& pool, const ArrowArray& images,
                                     const ImageColumn& column);

// Takes the struct out of a PyCapsule that another library made. ValueError for other objects.
template <class T>
ArrowOwner<T> take_from_capsule(nanobind::handle capsule, const char* name);

template <class T>
ArrowOwner<T> take_from_capsule(nanobind::handle capsule, const char* name) {
  auto* from = static_cast<T*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (from == nullptr) throw nanobind::python_error();
  if (from->release == nullptr) {
    throw nanobind::value_error("The Arrow data was consumed before; export it again.");
  }
  return ArrowOwner<T>(from);
}

// A PyCapsule that releases the struct unless somebody has taken it over.
template <class T>
nanobind::object make_capsule(std::unique_ptr<T> exported, const char* name) {
  PyObject* capsule = PyCapsule_New(exported.get(), name, [](PyObject* self) {
    auto* own = static_cast<T*>(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
    if (own->release != nullptr) own->release(own);
    delete own;
  });
  if (capsule == nullptr) throw nanobind::python_error();
  exported.release();
  return nanobind::steal(capsule);
}

}  // namespace verger::python
