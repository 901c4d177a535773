// SPDX-License-Identifier: Apache-2.0
#include "bindings/status.h"

#include <cctype>
#include <cstddef>
#include <exception>

#include "bindings/bindings.h"

namespace verger::python {

namespace nb = nanobind;

namespace {

// The library names an option by its flag; here it is a keyword: "--max-pixels" → "max_pixels".
std::string with_keywords(const std::string& message) {
  std::string text;
  for (std::size_t at = 0; at < message.size(); ++at) {
    const bool word_begins = at == 0 || message[at - 1] == ' ' || message[at - 1] == '\'';
    if (!word_begins || message.compare(at, 2, "--") != 0) {
      text += message[at];
      continue;
    }
    for (at += 2; at < message.size(); ++at) {
      const char c = message[at];
      if (c != '-' && std::isalnum(static_cast<unsigned char>(c)) == 0) break;
      text += c == '-' ? '_' : c;
    }
    --at;
  }
  return text;
}

}  // namespace

void raise(const Status& status) {
  const std::string message = with_keywords(status.message());
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
