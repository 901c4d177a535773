// SPDX-License-Identifier: Apache-2.0
// A lease as it stands in an output, in _verger/leases/<token>.json (docs/formats.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/process.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// kClaimed: wanted, not yet held. kClosing: held, but workers elsewhere write nothing more.
enum class LeaseState { kClaimed, kHeld, kClosing };

// By which a lease's age is told: the storage's own time, as a file that was just written has it,
// and how long a lease counts unless it is written again. So clocks of machines need not agree, and
// one that is set ends no lease and prolongs none.
struct LeaseClock {
  int64_t now_ms = 0;
  std::chrono::milliseconds lapse{};
};

struct LeaseRecord {
  std::string token;
  std::string command;  // "run", "extract", …
  LeaseState state = LeaseState::kClaimed;
  ProcessIdentity holder;
  int64_t lapses_ms = 0;   // since the Unix epoch, by the holder's clock: for people
  int64_t written_ms = 0;  // by the storage's clock; of a lease that was read

  std::string name() const;  // "_verger/leases/<token>.json"
  // "by verger run on HOST, process 7; …lapses at …"
  std::string by_whom(const LeaseClock& clock) const;

  // Must others keep away? A holder on this machine counts for as long as its process lives, though
  // it may be stopped and its lease have lapsed; one elsewhere until the lease lapses.
  bool is_live(const LeaseClock& clock) const;
  bool has_lapsed(const LeaseClock& clock) const;
  nlohmann::json to_json() const;
  static Result<LeaseRecord> parse(const nlohmann::json& json);
};

// Every lease that stands in an output, live or not. One that cannot be read is nobody's: a lease
// is written whole or not at all.
Result<std::vector<LeaseRecord>> read_leases(const Store& output);

// Milliseconds since the Unix epoch, as leases count them.
int64_t epoch_ms();

}  // namespace verger
