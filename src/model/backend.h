// SPDX-License-Identifier: Apache-2.0
// What an inference engine offers behind Model.
#pragma once

#include <memory>
#include <string_view>

#include "verger/model.h"

namespace verger {

// A network compiled for this machine, from 224×224×3 float32 to a vector. Immutable, thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view engine() const = 0;  // name and version, for the record of a run
  virtual int width() const = 0;                // features an image
  virtual Result<std::unique_ptr<ModelStream>> open_stream() const = 0;
};

// A Model of `info`, whose engine and width are the backend's.
std::unique_ptr<Model> make_model(ModelInfo info, std::unique_ptr<Backend> backend);

}  // namespace verger
