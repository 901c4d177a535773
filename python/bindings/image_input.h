// SPDX-License-Identifier: Apache-2.0
// Python objects → images.
#pragma once

#include <nanobind/nanobind.h>

#include <vector>

#include "bindings/worker_pool.h"

namespace verger::python {

// Holds the buffers of bytes-like objects and arrays while the GIL is released. Made and destroyed
// with the GIL.
class ImageInputs {
 public:
  // An element may be: str: a path; None: a null; a buffer of one dimension: the bytes of a file;
  // a C-contiguous buffer of uint8 [height, width, 3]: pixels. Anything else is a TypeError, and
  // another shape or type of array a ValueError, which name the element's index.
  explicit ImageInputs(const nanobind::list& images);
  ~ImageInputs();
  ImageInputs(const ImageInputs&) = delete;
  ImageInputs& operator=(const ImageInputs&) = delete;

  const std::vector<ImageInput>& inputs() const { return inputs_; }

 private:
  ImageInput input(nanobind::handle image, std::size_t index);

  std::vector<ImageInput> inputs_;
  std::vector<Py_buffer> buffers_;
};

}  // namespace verger::python
