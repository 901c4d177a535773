// SPDX-License-Identifier: Apache-2.0
#include "bindings/image_input.h"
#include "base/numbers.h"

#include <nanobind/stl/string.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace verger::python {

namespace nb = nanobind;

namespace {

bool is_bytes(const Py_buffer& buffer) {
  const std::string_view format = buffer.format != nullptr ? buffer.format : "B";
  return buffer.itemsize == 1 && (format == "B" || format == "c");
}

std::span<const uint8_t> bytes_of(const Py_buffer& buffer) {
  return {static_cast<const uint8_t*>(buffer.buf), static_cast<std::size_t>(buffer.len)};
}

[[noreturn]] void raise_at(std::size_t index, const std::string& what, bool of_type) {
  const std::string text = "images[" + format_count(index) + "] " + what;
  if (of_type) throw nb::type_error(text.c_str());
  throw nb::value_error(text.c_str());
}

}  // namespace

ImageInputs::ImageInputs(const nb::list& images) {
  inputs_.reserve(images.size());
  buffers_.reserve(images.size());
  try {
    for (std::size_t i = 0; i < images.size(); ++i) inputs_.push_back(input(images[i], i));
  } catch (...) {
    for (Py_buffer& buffer : buffers_) PyBuffer_Release(&buffer);
    throw;
  }
}

ImageInputs::~ImageInputs() {
  for (Py_buffer& buffer : buffers_) PyBuffer_Release(&buffer);
}

ImageInput ImageInputs::input(nb::handle image, std::size_t index) {
  if (image.is_none()) return NoImage{};
  if (PyUnicode_Check(image.ptr()) != 0) {
    // As os.fsencode(): a name that is not UTF-8 is kept as it is.
    PyObject* encoded = PyUnicode_EncodeFSDefault(image.ptr());
    if (encoded == nullptr) throw nb::python_error();
    const nb::bytes path = nb::steal<nb::bytes>(encoded);
    return ImagePath{{path.c_str(), path.size()}};
  }
  Py_buffer buffer;
  if (PyObject_GetBuffer(image.ptr(), &buffer, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) != 0) {
    PyErr_Clear();
    const std::string type = nb::cast<std::string>(nb::str(image.type().attr("__name__")));
    raise_at(index, "is a " + type + "; give a path, the bytes of a file or a uint8 array.", true);
  }
  buffers_.push_back(buffer);
  if (is_bytes(buffer) && buffer.ndim == 1) return bytes_of(buffer);
  constexpr Py_ssize_t kMaxSide = std::numeric_limits<uint16_t>::max();
  if (!is_bytes(buffer) || buffer.ndim != 3 || buffer.shape[2] != 3 || buffer.shape[0] > kMaxSide ||
      buffer.shape[1] > kMaxSide) {
    raise_at(index, "must be uint8 of shape [height, width, 3], at most 65535 a side.", false);
  }
  return Pixels{static_cast<int>(buffer.shape[1]), static_cast<int>(buffer.shape[0]),
                bytes_of(buffer)};
}

}  // namespace verger::python
