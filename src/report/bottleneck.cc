// SPDX-License-Identifier: Apache-2.0
#include "report/bottleneck.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace verger {

using nlohmann::json;

json bottleneck_of(const PipelineRecord& pipeline) {
  struct Stage {
    const char* name;
    double seconds;
  };
  const double all = pipeline.wall * static_cast<double>(pipeline.workers);
  const double told = pipeline.starved + pipeline.decode + pipeline.infer + pipeline.write;
  // Threads that wait for a core to run on are in no stage.
  const std::array<Stage, 5> stages = {{{"fetch", pipeline.starved},
                                        {"decode", pipeline.decode},
                                        {"infer", pipeline.infer},
                                        {"write", pipeline.write},
                                        {"other", std::max(0.0, all - told)}}};
  const double whole = std::max(all, told);
  const auto share = [&](double seconds) { return whole > 0 ? seconds / whole : 0.0; };
  json shares = json::object();
  for (const Stage& stage : stages) shares[stage.name] = share(stage.seconds);
  const auto limit =
      std::max_element(stages.begin(), stages.end(),
                       [](const Stage& a, const Stage& b) { return a.seconds < b.seconds; });
  const double rate =
      pipeline.wall > 0 ? static_cast<double>(pipeline.images) / pipeline.wall : 0.0;
  const double limiting = share(limit->seconds);
  return {
      {"limit", limit->name},
      {"share", limiting},
      {"worker_shares", shares},
      {"reader_busy", pipeline.wall > 0 && pipeline.readers > 0
                          ? pipeline.fetch / (pipeline.wall * static_cast<double>(pipeline.readers))
                          : 0.0},
      {"images_per_second", rate},
      {"images_per_second_without", limiting < 1 ? json(rate / (1 - limiting)) : json(nullptr)}};
}

}  // namespace verger
