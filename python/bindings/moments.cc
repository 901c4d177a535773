// SPDX-License-Identifier: Apache-2.0
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "bindings/arrays.h"
#include "bindings/bindings.h"
#include "bindings/locked_moments.h"
#include "bindings/status.h"
#include "verger/moments.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

void construct(LockedMoments* self, int width) {
  if (width < 1 || width > Moments::kMaxWidth) {
    raise(Status::invalid_argument("width must be 1 to " + format_count(Moments::kMaxWidth) +
                                   ", not " + format_count(width) + "."));
  }
  new (self) LockedMoments(Moments(width));
}

// Without the GIL: f of the moments, alone.
template <class F>
auto unlocked(LockedMoments& self, F&& f) {
  const nb::gil_scoped_release release;
  return self.with(std::forward<F>(f));
}

Status add_rows(Moments& moments, const Rows& rows) {
  if (rows.shape(1) != static_cast<std::size_t>(moments.width())) {
    return Status::invalid_argument("The rows have " + format_count(rows.shape(1), "feature") +
                                    "; these moments are of " + format_count(moments.width()) +
                                    ".");
  }
  return moments.add(span_of(rows));
}

void add(LockedMoments& self, const Rows& rows) {
  raise_if_error(unlocked(self, [&](Moments& moments) { return add_rows(moments, rows); }));
}

// The other's are copied first: no two locks are held at once, so no order can block, and merging
// with oneself works.
void merge(LockedMoments& self, LockedMoments& other) {
  const Moments copy = unlocked(other, [](Moments& moments) { return moments; });
  raise_if_error(unlocked(self, [&](Moments& moments) { return moments.merge(copy); }));
}

nb::bytes to_bytes(LockedMoments& self) {
  const auto bytes = unlocked(self, [](const Moments& moments) { return moments.serialise(); });
  return nb::bytes(bytes.data(), bytes.size());
}

Moments read_bytes(const nb::bytes& bytes) {
  auto moments = [&] {
    const nb::gil_scoped_release release;
    return Moments::deserialise({static_cast<const uint8_t*>(bytes.data()), bytes.size()});
  }();
  if (!moments.ok()) raise(Status::invalid_argument(std::move(moments).error().message()));
  return std::move(moments).value();
}

Result<Moments> merged(std::vector<Moments> shards) {
  MomentsTree tree(shards.front().width(), shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    VERGER_RETURN_IF_ERROR(tree.add(i, std::move(shards[i])));
  }
  return tree.finish();
}

LockedMoments* merge_tree(const nb::list& shards) {
  if (nb::len(shards) == 0) throw nb::value_error("There are no moments to merge.");
  std::vector<Moments> copies;
  for (const nb::handle shard : shards) {
    auto& moments = nb::cast<LockedMoments&>(shard);
    copies.push_back(unlocked(moments, [](Moments& own) { return own; }));
  }
  auto result = [&] {
    const nb::gil_scoped_release release;
    return merged(std::move(copies));
  }();
  return new LockedMoments(value_or_raise(std::move(result)));
}

OutArray<double, 1> mean(LockedMoments& self) {
  return vector(unlocked(self, [](const Moments& moments) { return moments.mean(); }));
}

OutArray<double, 2> centred_second_moment(LockedMoments& self) {
  auto [values, width] = unlocked(self, [](const Moments& moments) {
    return std::pair(moments.centred_second_moment(), static_cast<std::size_t>(moments.width()));
  });
  return matrix(std::move(values), width, width);
}

void def_values(nb::class_<LockedMoments>& type) {
  type.def_prop_ro(
          "width",
          [](LockedMoments& self) { return unlocked(self, [](Moments& m) { return m.width(); }); },
          "int: features a row.")
      .def_prop_ro(
          "count",
          [](LockedMoments& self) { return unlocked(self, [](Moments& m) { return m.count(); }); },
          "int: rows added.")
      .def("mean", mean, "float64 [width]: the mean of each feature; 0 of no rows.")
      .def("centred_second_moment", centred_second_moment,
           "float64 [width, width]: the sum of (x - mean)(x - mean)^T over the rows.");
}

}  // namespace

void register_moments(nb::module_& module) {
  nb::class_<LockedMoments> type(
      module, "Moments",
      R"(Count, mean and centred second moment of rows of features, in float64.

What standardisation and PCA need of the rows: moments of parts are merged, so the rows need not be
in memory, or on one machine, together. The bits depend on the sequence of the rows alone, not on
how they were split among calls of add(). Memory: about 4 * width**2 bytes, and 4000 * width more
while rows arrive.

Thread-safe: calls on one object take turns. The GIL is released. Pickling keeps the bits of
to_bytes().)");
  type.def("__init__", construct, "width"_a, "Moments of no rows; width is 1 to 16384.")
      .def("add", add, "rows"_a.noconvert(),
           R"(Adds rows: float32 [n, width], in C order.

Raises:
    TypeError: another type or layout of array.
    ValueError: another width, or a value that is not finite; nothing was added.)")
      .def("merge", merge, "other"_a,
           R"(Adds the rows of other moments of the same width.

The order matters to the last bits: merge_moments() fixes it. Raises ValueError.)")
      .def("to_bytes", to_bytes, "The form of docs/formats.md, with a checksum.")
      .def_static(
          "from_bytes", [](const nb::bytes& bytes) { return new LockedMoments(read_bytes(bytes)); },
          "data"_a, "The inverse of to_bytes(). ValueError when the bytes are damaged.")
      .def("__getstate__", to_bytes)
      .def("__setstate__", [](LockedMoments& self, const nb::bytes& bytes) {
        new (&self) LockedMoments(read_bytes(bytes));
      });
  def_values(type);
  module.def("merge_moments", merge_tree, "shards"_a,
             nb::sig("def merge_moments(shards: list[Moments]) -> Moments"),
             R"(Merges the moments of shards by a fixed binary tree over their numbers.

The result has the bits of ``verger run`` on the same shards, whatever computed them. Raises
ValueError when the list is empty or the widths differ.)");
}

}  // namespace verger::python
