// SPDX-License-Identifier: Apache-2.0
// The options of a run, each declared once: from this table come their flags, the help, completion,
// the checks of their values, what a run records of them, and what an update compares.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "base/option.h"
#include "verger/options.h"

namespace verger {

// The commands that take an option, as bits of a number.
enum Takers : uint32_t {
  kTakenByRun = 1U << 0U,
  kTakenByExtract = 1U << 1U,
  kTakenByReduce = 1U << 2U,
  kTakenByApply = 1U << 3U,
  kTakenByUpdate = 1U << 4U,
  kTakenByInspect = 1U << 5U,
  kTakenByReport = 1U << 6U,
  kTakenBySimilar = 1U << 7U,
  kTakenByDuplicates = 1U << 8U,
  kTakenByServe = 1U << 9U,
  kTakenByPack = 1U << 10U,
  kTakenByWeights = 1U << 11U,
};

// What becomes of an option in the record of a run.
enum class Recorded {
  kNever,     // it says where, or how: the result is the same, or the record tells it otherwise
  kTold,      // the record tells it
  kCompared,  // that too, and it decides what is in the tables: an update must be given the same
};

struct RunOption : OptionDeclaration {
  uint32_t takers = 0;
  Recorded recorded = Recorded::kNever;
  OptionField (*field)(RunOptions&) = nullptr;
};

// In the order of the help.
std::span<const RunOption> run_options();
// The one of this name; it is a bug when there is none.
const RunOption& run_option(std::string_view name);

// PackOptions has it.
inline constexpr OptionDeclaration kPackBytes{.name = "pack_bytes",
                                              .group = kOutputGroup,
                                              .value = "BYTES",
                                              .help = "Bytes of the images of one container, about",
                                              .bounds = {.least = 1}};

// kInvalidArgument, naming the first option whose value is out of its bounds.
Status check_bounds(const RunOptions& options);

// What a record holds of the options, and what options it was. Reading throws
// nlohmann::json::exception; an option that is absent, as in records of older versions, is as by
// default.
nlohmann::json recorded_json(const RunOptions& options);
RunOptions parse_recorded(const nlohmann::json& from);

// A part of some options: part_of(options.image).
struct PartOfOptions {
  const void* begin;
  const void* end;
};
template <class Part>
PartOfOptions part_of(const Part& part) {
  return {&part, &part + 1};
}

// The options whose fields lie in `part` of `options`, by their names; and back. Reading throws
// nlohmann::json::exception when one of them is absent or of another type.
nlohmann::json part_json(RunOptions& options, PartOfOptions part);
void read_part(RunOptions& options, PartOfOptions part, const nlohmann::json& from);

// What the field of one option holds.
nlohmann::json value_json(const RunOption& option, const RunOptions& options);

}  // namespace verger
