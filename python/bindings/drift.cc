// How far a fitted model is from today's features (src/pca/drift.h).
#include "pca/drift.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>

#include <string>

#include "bindings/bindings.h"
#include "bindings/locked_moments.h"
#include "bindings/status.h"
#include "verger/pca.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

Status check(const PcaModel& before, const Moments& moments, const PcaModel* after) {
  if (moments.width() != before.width || (after != nullptr && after->width != before.width)) {
    return Status::invalid_argument("The models and the moments are not of one width.");
  }
  if (moments.count() < 2) {
    return Status::invalid_argument("A drift needs the moments of at least 2 rows, not " +
                                    std::to_string(moments.count()) + ".");
  }
  return {};
}

Result<PcaDrift> measure(const PcaModel& before, LockedMoments& moments, const PcaModel* after) {
  const nb::gil_scoped_release release;
  // The copy is cheap beside the products, for which others need not wait.
  const Moments copy = moments.with([](Moments& own) { return own; });
  if (Status status = check(before, copy, after); !status.ok()) return status;
  return measure_drift(before, copy, after);
}

nb::dict drift(const DecodedPcaModel& before, LockedMoments& moments,
               const DecodedPcaModel* after) {
  const PcaDrift found =
      value_or_raise(measure(before.model, moments, after == nullptr ? nullptr : &after->model));
  nb::dict result;
  result["variance_kept"] = found.variance_kept;
  result["largest_angle"] = nb::cast(found.largest_angle);
  result["k_before"] = found.k_before;
  result["k_after"] = found.k_after;
  return result;
}

}  // namespace

void register_drift(nb::module_& module) {
  module.def("measure_drift", drift, "before"_a, "moments"_a, "after"_a.none() = nb::none(),
             nb::sig("def measure_drift(before: PcaModel, moments: Moments, "
                     "after: PcaModel | None = None) -> dict[str, float | None]"),
             R"(How far a model is from what its features have become (docs/formats.md, Update).

Args:
    before: the earlier model.
    moments: of today's features, at least 2 rows.
    after: the model fitted on them, when one was.

Returns:
    variance_kept; largest_angle in degrees, None without `after`; k_before and k_after.

Raises:
    ValueError: widths differ, or the moments are of too few rows.)");
}

}  // namespace verger::python
