// What drivers of a run must agree on to the byte (src/plan), and who a process is.
#include "plan/image_names.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <string>

#include "base/process.h"
#include "bindings/bindings.h"
#include "plan/shards.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

std::string text(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

nb::list plan(std::size_t images, int parts) {
  nb::list shards;
  for (const Shard& shard : plan_shards(images, parts)) {
    shards.append(nb::make_tuple(shard.number, shard.begin, shard.end));
  }
  return shards;
}

nb::bytes label(const nb::bytes& display_path) {
  const std::string found = label_of(text(display_path));
  return nb::bytes(found.data(), found.size());
}

nb::dict process() {
  const ProcessIdentity self = this_process();
  nb::dict result;
  result["host"] = self.host;
  result["machine"] = self.machine;
  result["pid"] = self.pid;
  result["process_started"] = self.started;
  return result;
}

}  // namespace

void register_plan(nb::module_& module) {
  module.def("plan_shards", plan, "images"_a, "parts"_a,
             nb::sig("def plan_shards(images: int, parts: int) -> list[tuple[int, int, int]]"),
             "The shards of so many images: number, begin and end in the sorted listing.");
  module.def(
      "is_image",
      [](const nb::bytes& name, const nb::bytes& pattern) {
        return is_image(text(name), text(pattern));
      },
      "name"_a, "pattern"_a,
      "Whether a listed file is taken: ``name`` below the input, ``pattern`` a glob or b\"\".");
  module.def("label_of", label, "display_path"_a, "The label of an image, from its path's bytes.");
  module.def("this_process", process, nb::sig("def this_process() -> dict[str, typing.Any]"),
             "host, machine, pid and process_started, as leases name their holder.");
  module.def(
      "has_ended",
      [](const std::string& machine, int64_t pid, int64_t started) {
        return has_ended({.host = "", .machine = machine, .pid = pid, .started = started});
      },
      "machine"_a, "pid"_a, "process_started"_a,
      "True when the process was on this machine and is certain to be there no more.");
}

}  // namespace verger::python
