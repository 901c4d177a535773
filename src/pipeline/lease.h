// One writer an output: the lease that a run holds on it (docs/formats.md).
//
// Storage need not offer more than listing and writing: a run writes its claim, then lists. Whoever
// finds another live claim withdraws; two that meet try again after random pauses, so one of them
// wins. Nobody who sees no other claim can have missed one that was there before its own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/process.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct LeaseTiming {
  std::chrono::milliseconds lapse{60'000};  // without renewal; clocks must agree better than this
  std::chrono::milliseconds renew{20'000};
  std::chrono::milliseconds pause{500};  // the longest between two attempts at a contested claim
  int attempts = 8;
};

// A claim as it stands in _verger/leases/<token>.json.
struct LeaseRecord {
  std::string token;
  std::string command;  // "run", "extract", …
  bool held = false;    // false: still only claimed
  ProcessIdentity holder;
  int64_t lapses_ms = 0;  // since the Unix epoch

  std::string name() const;     // "_verger/leases/<token>.json"
  std::string by_whom() const;  // "by verger run on HOST, process 7; …lapses at …"
  bool is_live() const;         // neither lapsed nor of a process that is known to have ended
  nlohmann::json to_json() const;
  static Result<LeaseRecord> parse(const nlohmann::json& json);
};

// Every lease that stands in an output, live or not. One that cannot be read is nobody's: a lease
// is written whole or not at all.
Result<std::vector<LeaseRecord>> read_leases(const Store& output);

class Lease {
 public:
  // Takes the lease on the output, and over from holders that are gone. kIo when another run holds
  // it: says whose it is and when it lapses. kCancelled.
  static Result<std::unique_ptr<Lease>> acquire(std::shared_ptr<Store> output, std::string command,
                                                const CancelToken& cancel, LeaseTiming timing = {});
  ~Lease();  // gives it back

  // kIo once it could not be renewed in time, after which another run may have taken the output.
  // Thread-safe.
  Status check() const;

 private:
  Lease(std::shared_ptr<Store> output, LeaseRecord record, LeaseTiming timing);

  Result<bool> try_claim();  // false: contested by others that only claim
  Status write();
  void renew_until_stopped();

  const std::shared_ptr<Store> output_;
  const LeaseTiming timing_;
  LeaseRecord record_;  // of the renewing thread, once that runs
  std::atomic<int64_t> valid_until_ms_ = 0;

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace verger
