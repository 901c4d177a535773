// SPDX-License-Identifier: Apache-2.0
#include "bindings/status.h"

#include <exception>

#include "bindings/bindings.h"

namespace verger::python {

namespace nb = nanobind;

void raise(const Status& status) {
  const std::string& message = status.message();
  switch (status.code()) {
    case StatusCode::kModel:
      throw ModelException(message);
    case StatusCode::kIo:
      PyErr_SetString(PyExc_OSError, message.c_str());
      throw nb::python_error();
    default:
      throw nb::value_error(message.c_str());
  }
}

void register_errors() {
  // A class of Python's, which is there without this module as well. It is kept for good.
  nb::object error = nb::module_::import_("verger._errors").attr("ModelError");
  nb::register_exception_translator(
      [](const std::exception_ptr& raised, void* kind) {
        try {
          std::rethrow_exception(raised);
        } catch (const ModelException& exception) {
          PyErr_SetString(static_cast<PyObject*>(kind), exception.what());
        }
      },
      error.release().ptr());
}

}  // namespace verger::python
