// SPDX-License-Identifier: Apache-2.0
// A table of features as Arrow's record batch:
//   features  list<item: float32>  null where the row was rejected
//   reason    string               null where it was not; else RejectReason's name
//   message   string               the same; one sentence
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bindings/arrow_abi.h"
#include "bindings/worker_pool.h"
#include "verger/status.h"

namespace verger::python {

// A column of Arrow's: a bitmap of what is not null, offsets, and values elsewhere.
struct ArrowColumn {
  int64_t nulls = 0;
  std::vector<uint8_t> valid;
  std::vector<int32_t> offsets;
};

struct TextColumn : ArrowColumn {
  std::string text;
};

// The buffers of a record batch. Immutable once made, and shared by all who have it.
struct FeatureColumns {
  std::size_t rows = 0;
  std::size_t width = 0;
  ArrowColumn lists;
  LazyVector<float> features;  // the rows that are not null, one after another
  TextColumn reason;
  TextColumn message;
};

// kInvalidArgument when Arrow's offsets of 32 bits cannot hold it: more than 2^31 − 1 features.
Result<std::shared_ptr<const FeatureColumns>> make_columns(FeatureTable table);

// `to` is uninitialised memory; the receiver releases it.
void export_schema(ArrowSchema* to);
void export_batch(const std::shared_ptr<const FeatureColumns>& columns, ArrowArray* to);

}  // namespace verger::python
