// SPDX-License-Identifier: Apache-2.0
// The parts of the pca table: the projections of features by a model (docs/formats.md).
#pragma once

#include <string>

#include "parquet/part_writer.h"
#include "parquet/row_group.h"
#include "parquet/tables.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// Writes one part, as the rows arrive. Its columns are, after path and label, both strings:
//   Layout::kTables    pca list<float>
//   Layout::kNotebook  features list<float>, and features_vectors, features_scaled, features_pca as
//                      Spark ML's VectorUDT (dense)
// Every number is finite; kModel when a projection is none. Nothing is visible before finish(). Not
// thread-safe.
class PcaPartWriter {
 public:
  // `model` is borrowed.
  static Result<PcaPartWriter> open(Store& output, const std::string& name, Layout layout,
                                    const PcaModel& model);

  // rows.width must be the model's.
  Status add(const FeatureRows& rows);

  Result<PartInfo> finish();

 private:
  PcaPartWriter(PartWriter part, Layout layout, const PcaModel& model)
      : part_(std::move(part)), layout_(layout), model_(&model) {}

  Status write(const RowGroup& group);

  PartWriter part_;
  RowGrouper rows_;
  Layout layout_;
  const PcaModel* model_;
};

// A part of rows that are all at hand.
Result<PartInfo> write_pca_part(Store& output, const std::string& name, Layout layout,
                                const FeatureRows& rows, const PcaModel& model);

}  // namespace verger
