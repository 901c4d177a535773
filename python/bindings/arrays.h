// SPDX-License-Identifier: Apache-2.0
// NumPy arrays in and out.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace verger::python {

// float32 [n, width], C order; converted by the caller, never here.
using Rows =
    nanobind::ndarray<const float, nanobind::ndim<2>, nanobind::c_contig, nanobind::device::cpu>;

template <class T, std::size_t kDimensions>
using OutArray = nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<kDimensions>>;

inline std::span<const float> span_of(const Rows& rows) { return {rows.data(), rows.size()}; }

// An array that owns `values`, of n × width elements.
inline OutArray<double, 2> matrix(std::vector<double> values, std::size_t n, std::size_t width) {
  auto* kept = new std::vector<double>(std::move(values));
  const nanobind::capsule owner(
      kept, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  return {kept->data(), {n, width}, owner};
}

inline OutArray<double, 1> vector(std::vector<double> values) {
  auto* kept = new std::vector<double>(std::move(values));
  const nanobind::capsule owner(
      kept, [](void* p) noexcept { delete static_cast<std::vector<double>*>(p); });
  return {kept->data(), {kept->size()}, owner};
}

}  // namespace verger::python
