// SPDX-License-Identifier: Apache-2.0
// JSON → the records of a run: shard manifests, run.json, reduction.json, leases; and the messages
// of its crew: orders and outcomes.
#include <nlohmann/json.hpp>
#include <string>

#include "crew/order.h"
#include "output/lease_record.h"
#include "output/run_record.h"
#include "output/shard_manifest.h"
#include "target.h"

namespace verger {

namespace {

// What is read and written again reads as the same.
template <class Record>
void parse(const nlohmann::json& document) {
  const auto record = Record::parse(document);
  if (!record.ok()) {
    require(record.error().code() != StatusCode::kOk, "an error has a code");
    return;
  }
  const nlohmann::json written = record->to_json();
  const auto again = Record::parse(written);
  require(again.ok(), "what was written is read");
  require(again->to_json().dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) ==
              written.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace),
          "it is the same");
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr bool kExceptions = false;
  const auto document = nlohmann::json::parse(data, data + size, nullptr, kExceptions);
  if (document.is_discarded()) return 0;
  verger::parse<verger::ShardManifest>(document);
  verger::parse<verger::RunRecord>(document);
  verger::parse<verger::ReductionRecord>(document);
  verger::parse<verger::Order>(document);
  verger::parse<verger::Outcome>(document);
  const auto lease = verger::LeaseRecord::parse(document);
  if (lease.ok()) verger::require(!lease->by_whom({}).empty(), "a lease says whose it is");
  const auto manifest = verger::ShardManifest::parse(document);
  if (manifest.ok()) {
    verger::Counts sum = manifest->counts;
    sum += manifest->counts;
    verger::require(manifest->same_recipe(*manifest), "a manifest agrees with itself");
  }
  return 0;
}
