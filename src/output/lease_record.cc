// SPDX-License-Identifier: Apache-2.0
#include "output/lease_record.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "output/output_folder.h"
#include "output/records_json.h"

namespace verger {

using nlohmann::json;

namespace {

const char* state_name(LeaseState state) {
  switch (state) {
    case LeaseState::kHeld:
      return "held";
    case LeaseState::kClosing:
      return "closing";
    case LeaseState::kClaimed:
      break;
  }
  return "claimed";
}

LeaseState parse_state(const std::string& name) {
  for (const LeaseState state : {LeaseState::kHeld, LeaseState::kClosing}) {
    if (name == state_name(state)) return state;
  }
  return LeaseState::kClaimed;
}

}  // namespace

int64_t epoch_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string LeaseRecord::name() const { return below(kLeasesFolder, token + ".json"); }

std::string LeaseRecord::by_whom(const LeaseClock& clock) const {
  const std::string who =
      "by verger " + command + " on " + holder.host + ", process " + format_name(holder.pid);
  const int64_t left = written_ms + clock.lapse.count() - clock.now_ms;
  const std::string lapse = utc_text((epoch_ms() + left) / 1000);
  if (has_lapsed(clock) && is_alive(holder)) {
    return who + ", which lives, though it has not renewed its lease since it was to lapse at " +
           lapse;
  }
  return who + "; unless renewed, its lease lapses at " + lapse;
}

// A time ahead of the storage's own is from before its clock was set: whoever holds such a lease
// still writes it again soon, and looks whether it stands.
bool LeaseRecord::has_lapsed(const LeaseClock& clock) const {
  const int64_t age = clock.now_ms - written_ms;
  return age >= clock.lapse.count() || age <= -clock.lapse.count();
}

bool LeaseRecord::is_live(const LeaseClock& clock) const {
  // Whoever only claims looks at its clock before it holds: its lapse tells all.
  if (state != LeaseState::kClaimed && is_alive(holder)) return true;
  return !has_lapsed(clock) && !has_ended(holder);
}

json LeaseRecord::to_json() const {
  return {{"format", "verger-lease"},
          {"version", kJsonFormatVersion},
          {"token", token},
          {"command", command},
          {"state", state_name(state)},
          {"host", holder.host},
          {"machine", holder.machine},
          {"pid", holder.pid},
          {"process_started", holder.started},
          {"lapses", utc_text(lapses_ms / 1000)},
          {"lapses_ms", lapses_ms}};
}

Result<LeaseRecord> LeaseRecord::parse(const json& from) {
  return parse_document("verger-lease", from, [&] {
    return LeaseRecord{.token = from.at("token"),
                       .command = from.at("command"),
                       .state = parse_state(from.at("state")),
                       .holder = {.host = from.at("host"),
                                  .machine = from.at("machine"),
                                  .pid = from.at("pid"),
                                  .started = from.at("process_started")},
                       .lapses_ms = from.at("lapses_ms")};
  });
}

Result<std::vector<LeaseRecord>> read_leases(const Store& output) {
  std::vector<LeaseRecord> leases;
  VERGER_ASSIGN_OR_RETURN(const auto files, output.list(std::string(kLeasesFolder), false, true));
  for (const auto& file : files) {
    if (!file.name.ends_with(".json")) continue;
    const auto document = read_json(output, file.name);
    if (!document.ok()) continue;  // perhaps given back since the listing
    auto lease = LeaseRecord::parse(*document);
    if (!lease.ok() || lease->name() != file.name) continue;
    lease->written_ms = file.mtime_ns / 1'000'000;
    leases.push_back(*std::move(lease));
  }
  return leases;
}

}  // namespace verger
