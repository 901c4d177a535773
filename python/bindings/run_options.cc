// Options of a run from Python's keywords: the defaults and the checks are the library's.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status_macros.h"
#include "bindings/bindings.h"
#include "bindings/status.h"
#include "verger/options.h"

namespace verger::python {

namespace nb = nanobind;

namespace {

// The options that affect a run as a whole, each in its own spelling.
struct Spelt {
  RunOptions options;
  std::string precision{precision_name(Precision::kF32)};
  std::string layout{layout_name(Layout::kTables)};
};

// Calls visit(name, field) for every option.
template <class Visit>
void for_each_option(Spelt& spelt, const Visit& visit) {
  RunOptions& options = spelt.options;
  visit("pattern", options.input.pattern);
  visit("recursive", options.input.recursive);
  visit("label_column", options.input.label_column);
  visit("max_pixels", options.image.max_pixels);
  visit("exif_orientation", options.image.exif_orientation);
  visit("fast_decode", options.image.fast_decode);
  visit("weights", options.model.weights);
  visit("model", options.model.model);
  visit("precision", spelt.precision);
  visit("variance", options.pca.variance);
  visit("components", options.pca.components);
  visit("standardize", options.pca.standardize);
  visit("layout", spelt.layout);
  visit("parts", options.output.parts);
  visit("overwrite", options.output.overwrite);
  visit("resume", options.output.resume);
  visit("s3_endpoint", options.storage.s3_endpoint);
  visit("s3_region", options.storage.s3_region);
  visit("s3_addressing", options.storage.s3_addressing);
  visit("s3_anonymous", options.storage.s3_anonymous);
  visit("reads_in_flight", options.storage.reads_in_flight);
  visit("retries", options.storage.retries);
  visit("strict", options.strict);
  visit("threads", options.threads);
}

Status take(Spelt& spelt, const nb::dict& given) {
  Status status;
  std::size_t known = 0;
  for_each_option(spelt, [&](const char* name, auto& field) {
    if (!given.contains(name)) return;
    known += 1;
    const nb::object value = given[name];
    if (nb::try_cast(value, field)) return;
    status = Status::invalid_argument(std::string(name) + " cannot be " +
                                      nb::cast<std::string>(nb::repr(value)) + ".");
  });
  if (!status.ok() || known == given.size()) return status;
  for (const auto& [key, value] : given) {
    bool found = false;
    for_each_option(spelt, [&](const char* name, auto&) { found |= nb::str(name).equal(key); });
    if (!found) {
      return Status::invalid_argument("There is no option '" + nb::cast<std::string>(key) + "'.");
    }
  }
  return {};
}

Status validate(Spelt& spelt) {
  VERGER_ASSIGN_OR_RETURN(spelt.options.model.precision, parse_precision(spelt.precision));
  VERGER_ASSIGN_OR_RETURN(spelt.options.output.layout, parse_layout(spelt.layout));
  return spelt.options.validate();
}

nb::dict run_options(const nb::dict& given) {
  Spelt spelt;
  raise_if_error(take(spelt, given));
  raise_if_error(validate(spelt));
  nb::dict all;
  for_each_option(spelt, [&](const char* name, auto& field) { all[name] = nb::cast(field); });
  return all;
}

}  // namespace

void register_run_options(nb::module_& module) {
  module.def("run_options", run_options, nb::arg("given"),
             nb::sig("def run_options(given: dict[str, object]) -> dict[str, typing.Any]"),
             "Every option of ``verger run`` but ``metrics`` by its name, those not given by their "
             "defaults. "
             "ValueError when one is unknown or out of range.");
}

}  // namespace verger::python
