// SPDX-License-Identifier: Apache-2.0
// What a run writes down of itself as a whole: _verger/run.json and _verger/reduction.json
// (docs/formats.md).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "output/records_json.h"
#include "output/update_record.h"
#include "parquet/tables.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/pca.h"
#include "verger/status.h"

namespace verger {

// The parts of pca/ and the files of model/.
struct ReductionRecord {
  std::vector<PartInfo> parts;
  std::vector<PartInfo> model;
  // The features part that each of `parts` projects; empty: those of the shards, in their order.
  std::vector<std::string> features{};

  nlohmann::json to_json() const;
  static Result<ReductionRecord> parse(const nlohmann::json& json);
};

// How the threads of an extraction spent their time (docs/formats.md). Readers fetch; workers
// decode, infer and write. Seconds, summed over the threads.
struct PipelineRecord {
  int64_t images = 0;   // worked on, not resumed
  int64_t bytes = 0;    // how much was read of the images
  int64_t readers = 0;  // threads
  int64_t workers = 0;
  double wall = 0;
  double fetch = 0;    // readers at work
  double held = 0;     // readers that waited for workers
  double starved = 0;  // workers that waited for readers
  double decode = 0;   // workers at work: CPU time
  double infer = 0;
  double write = 0;
};

// A run's summary: for people at its end, for machines in _verger/run.json.
struct RunRecord {
  std::string command;  // "run", "extract", "reduce", "apply", "update"
  // "running", "done"; of no output: "unchanged", when an update had nothing to do, and "planned".
  std::string state;
  std::string started;  // UTC, ISO 8601
  std::string input;
  std::string output;
  // In the names of the parts in the output's tables: those of this run and of earlier ones that
  // it took over or will remove. Empty in records of older versions.
  std::vector<std::string> uuids;
  RunOptions options;
  std::optional<ModelInfo> model;  // describes the network; absent when `reduce` did not know it
  Counts counts;
  PassedOver passed_over{};  // when INPUT was listed
  int64_t limited_from = 0;  // images in INPUT, when --limit left some of them out; else 0

  // `resumed` of the shards, with as many images, were taken over from an interrupted run.
  struct Shards {
    int64_t total = 0;
    int64_t resumed = 0;
    int64_t resumed_images = 0;
  };
  Shards shards;

  int64_t width = 0;  // features a row

  struct Reduction {
    int64_t k = 0;
    int64_t count = 0;   // rows that the model was fitted on
    double below = 0;    // cumulative variance ratio of k − 1 components,
    double reached = 0;  // that of k,
    double above = 0;    // and that of k + 1
  };
  std::optional<Reduction> reduction;

  // How near a reduced precision stays to f32 on a sample of the run's own images.
  struct PrecisionCheck {
    int64_t images = 0;
    double lowest_cosine = 0;
    double median_cosine = 0;
    double speed = 0;  // f32's time in the network over this precision's; 0: unknown
  };
  std::optional<PrecisionCheck> precision_check;  // absent with f32

  std::optional<UpdateRecord> update;  // only "update" has one

  // What a run would do, as a dry run tells it.
  struct Plan {
    int64_t images = 0;          // that would be read
    int64_t bytes = 0;           // which those images have
    int64_t parts = 0;           // that would be written of the features
    int64_t features_bytes = 0;  // which those features take before compression
  };
  std::optional<Plan> plan;

  std::vector<std::pair<std::string, double>> seconds;  // wall time by stage, in order

  // CPU time of the whole process during the extraction, and of its decoding and resizing alone.
  struct Cpu {
    double extract = 0;  // seconds
    double read = 0;
  };
  Cpu cpu_seconds;
  std::optional<PipelineRecord> pipeline;  // absent when no image was extracted
  std::string spark{};  // what Spark said of itself, as JSON, when it was the crew; else ""

  bool untrained() const { return model && model->untrained; }
  std::string trial() const;  // which of the images it is of, where not of all; else ""
  nlohmann::json to_json() const;
  static Result<RunRecord> parse(const nlohmann::json& json);
};

RunRecord::Reduction describe(const PcaModel& model);

// The records of an output. Reading is kIo when one is absent or damaged.
Result<RunRecord> read_run_record(const Store& store);
Result<ReductionRecord> read_reduction_record(const Store& store);
Status write_record(Store& store, const RunRecord& record);
Status write_record(Store& store, const ReductionRecord& record);

}  // namespace verger
