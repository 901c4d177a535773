// SPDX-License-Identifier: Apache-2.0
// One register function a type of the native module.
#pragma once

#include <nanobind/nanobind.h>

namespace verger::python {

void register_errors();
void register_feature_batch(nanobind::module_& module);
void register_feature_stream(nanobind::module_& module);
void register_featurizer(nanobind::module_& module);
void register_moments(nanobind::module_& module);
void register_pca_model(nanobind::module_& module);
void register_progress_text(nanobind::module_& module);

}  // namespace verger::python
