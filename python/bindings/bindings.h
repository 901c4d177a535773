// One register function a type of the native module.
#pragma once

#include <nanobind/nanobind.h>

namespace verger::python {

void register_drift(nanobind::module_& module);
void register_errors(nanobind::module_& module);
void register_feature_batch(nanobind::module_& module);
void register_feature_stream(nanobind::module_& module);
void register_featurizer(nanobind::module_& module);
void register_moments(nanobind::module_& module);
void register_moments_tree(nanobind::module_& module);
void register_pca_model(nanobind::module_& module);
void register_packed(nanobind::module_& module);
void register_plan(nanobind::module_& module);
void register_run_options(nanobind::module_& module);

}  // namespace verger::python
