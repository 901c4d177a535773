// SPDX-License-Identifier: Apache-2.0
#include "base/progress_text.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <optional>
#include <string>

#include "bindings/bindings.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

void register_progress_text(nb::module_& module) {
  module.def(
      "progress_text",
      [](const std::string& stage, const std::string& unit, int64_t done, int64_t total,
         double rate, std::optional<double> eta_s) {
        return progress_text({.stage = stage,
                              .unit = unit,
                              .done = done,
                              .total = total,
                              .rate = rate,
                              .eta_s = eta_s.value_or(-1)});
      },
      "stage"_a, "unit"_a, "done"_a, "total"_a, "rate"_a, "eta_s"_a.none(),
      "How far a stage is, as the program tells it; `unit` is one of what is counted.");
  module.def(
      "finished_text",
      [](const std::string& stage, const std::string& unit, int64_t done, double rate,
         double elapsed_s) {
        return finished_text(
            {.stage = stage, .unit = unit, .done = done, .rate = rate, .elapsed_s = elapsed_s});
      },
      "stage"_a, "unit"_a, "done"_a, "rate"_a, "elapsed_s"_a,
      "What a stage did and how long it took, as the program tells it.");
}

}  // namespace verger::python
