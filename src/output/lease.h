// SPDX-License-Identifier: Apache-2.0
// One writer an output: the lease that a run holds on it (docs/formats.md).
//
// Storage need not offer more than listing and writing: a run writes its claim, then lists. Whoever
// finds another live claim withdraws; two that meet try again after random pauses, so one of them
// wins. Nobody who sees no other claim can have missed one that was there before its own. Where the
// storage compares versions, a lease is written again only while its file stands, in one step.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/cancel.h"
#include "output/lease_record.h"
#include "storage/fenced_store.h"
#include "storage/store.h"
#include "verger/status.h"

namespace verger {

struct LeaseTiming {
  std::chrono::milliseconds lapse{60'000};  // without renewal
  std::chrono::milliseconds renew{20'000};
  std::chrono::milliseconds pause{500};  // the longest between two attempts at a contested claim
  int attempts = 8;

  // A look at the lease's file serves its holder for so long, who knows by the clock besides when
  // it lapses, and a worker elsewhere, who knows by the file alone, for less: about as long as the
  // request takes in which an object becomes visible, and in which nobody can look anyway.
  std::chrono::milliseconds look() const { return lapse / 60; }
  std::chrono::milliseconds worker_look() const { return lapse / 240; }
};

// That of all leases which are not given another one.
LeaseTiming lease_timing();
void set_lease_timing(const LeaseTiming& timing);  // for tests; before any run starts

class Lease final : public Fence {
 public:
  // Takes the lease on the output, and over from holders that are gone. kIo when another run holds
  // it: says whose it is and when it lapses. kCancelled.
  static Result<std::unique_ptr<Lease>> acquire(std::shared_ptr<Store> output, std::string command,
                                                const CancelToken& cancel,
                                                const LeaseTiming& timing = lease_timing());
  ~Lease() override;  // gives it back, unless another run has it, with folders that are empty then

  // kIo once another run took the output over, or may have. Then this one changes nothing more, for
  // good. Of a lease that lapsed, since this program was stopped or could not write it, but that
  // nobody took meanwhile, it takes hold again.
  Status check() override;

  // From here on workers elsewhere (WorkerFence) change nothing more, and other runs wait still.
  Status close_to_workers();

  const std::string& token() const { return record_.token; }
  bool lost();

 private:
  Lease(std::shared_ptr<Store> output, LeaseRecord record, const LeaseTiming& timing);

  // A claim of `record` among those of others.
  enum class Claim { kAlone, kContested, kRefused };
  struct ClaimOutcome {
    Claim claim = Claim::kAlone;
    std::string refusal;            // why, when the claim is kRefused
    bool own_stands = false;        // the file of this lease is there
    std::vector<std::string> gone;  // the files of leases that count no more
    bool perhaps_at_work = false;   // the holder of one of those is not known to have ended
  };
  Result<ClaimOutcome> claim(LeaseRecord record);

  Result<bool> try_claim();  // false: contested by others that only claim
  Status write(LeaseState state);
  Status put(const LeaseRecord& record);
  void renew_until_stopped();
  // These are called with state_mutex_ held.
  Status check_now();
  Status look();
  Status regain();
  Result<bool> try_regain();
  Status lose(const std::string& why);

  const std::shared_ptr<Store> output_;
  const LeaseTiming timing_;

  std::mutex state_mutex_;   // guards what follows
  LeaseRecord record_;       // its token never changes
  FileVersion version_;      // its file's, as far as it is known; where versions are compared
  int64_t valid_until_ = 0;  // by boot_ms()
  int64_t looked_ = 0;       // when the file was seen last, by boot_ms()
  Status lost_;              // why, once it is

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

// The output for as long as a lease on it is held, which is given back with the last copy: nothing
// is written or removed through it once another run took the output over. Errors are acquire()'s.
Result<std::shared_ptr<Store>> hold_output(std::shared_ptr<Store> output, std::string command,
                                           const CancelToken& cancel);

// What a worker elsewhere asks: does the run of this token hold the output still? A lease that
// lapsed does as long as its file stands, for whoever takes over removes that first: so no clock is
// asked.
class WorkerFence final : public Fence {
 public:
  WorkerFence(std::shared_ptr<const Store> output, std::string token,
              const LeaseTiming& timing = lease_timing())
      : output_(std::move(output)), token_(std::move(token)), timing_(timing) {}

  Status check() override;

 private:
  const std::shared_ptr<const Store> output_;
  const std::string token_;
  const LeaseTiming timing_;
  std::mutex mutex_;
  int64_t good_until_ = 0;  // by boot_ms()
};

}  // namespace verger
