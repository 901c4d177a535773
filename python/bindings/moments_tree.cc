#include <nanobind/nanobind.h>

#include <cstddef>
#include <mutex>
#include <utility>

#include "bindings/bindings.h"
#include "bindings/locked_moments.h"
#include "bindings/status.h"
#include "verger/moments.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

class LockedTree {
 public:
  LockedTree(int width, std::size_t shards) : tree_(width, shards) {}

  Status add(std::size_t shard, LockedMoments& moments) {
    const nb::gil_scoped_release release;
    Moments copy = moments.with([](const Moments& own) { return own; });
    const std::lock_guard lock(mutex_);
    return tree_.add(shard, std::move(copy));
  }

  Result<Moments> finish() {
    const nb::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    return tree_.finish();
  }

 private:
  std::mutex mutex_;
  MomentsTree tree_;
};

}  // namespace

void register_moments_tree(nb::module_& module) {
  nb::class_<LockedTree>(module, "MomentsTree",
                         R"(Merges the moments of shards by a fixed binary tree over their numbers.

The result has the bits of ``verger run`` on the same shards, in whatever order they are added. Holds
O(log shards) moments when they come nearly in order. Thread-safe.)")
      .def(nb::init<int, std::size_t>(), "width"_a, "shards"_a)
      .def(
          "add",
          [](LockedTree& self, std::size_t shard, LockedMoments& moments) {
            raise_if_error(self.add(shard, moments));
          },
          "shard"_a, "moments"_a,
          "Adds a shard. ValueError: its number or width is not of this tree, or it was added.")
      .def(
          "finish",
          [](LockedTree& self) { return new LockedMoments(value_or_raise(self.finish())); },
          nb::sig("def finish(self) -> Moments"),
          "The moments of all shards, once. ValueError while one is missing.");
}

}  // namespace verger::python
