// SPDX-License-Identifier: Apache-2.0
// The native module verger._verger.
#include <nanobind/nanobind.h>

#include "bindings/bindings.h"
#include "verger/model.h"
#include "verger/version.h"

namespace nb = nanobind;

namespace {

nb::list official_weights() {
  nb::list result;
  for (const verger::OfficialWeights& file : verger::official_weights()) {
    nb::dict entry;
    entry["file_name"] = nb::str(file.file_name.data(), file.file_name.size());
    entry["url"] = nb::str(file.url.data(), file.url.size());
    entry["sha256"] = nb::str(file.sha256.data(), file.sha256.size());
    result.append(entry);
  }
  return result;
}

}  // namespace

NB_MODULE(_verger, module) {
  module.doc() = "libverger: images -> features, moments, principal components.";
  module.attr("__version__") = verger::kVersion;
  module.def("official_weights", official_weights,
             nb::sig("def official_weights() -> list[dict[str, str]]"),
             "file_name, url and sha256 (empty: not known) of Keras' weight files.");
  verger::python::register_errors();
  verger::python::register_feature_batch(module);
  verger::python::register_feature_stream(module);
  verger::python::register_featurizer(module);
  verger::python::register_moments(module);
  verger::python::register_pca_model(module);
  verger::python::register_progress_text(module);
}
