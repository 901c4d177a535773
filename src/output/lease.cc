// SPDX-License-Identifier: Apache-2.0
#include "output/lease.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "base/boot_clock.h"
#include "base/option_name.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "output/output_folder.h"
#include "output/records_json.h"

namespace verger {

namespace {

LeaseTiming default_timing;

std::string refusal(const Store& output, const LeaseRecord& other, const LeaseClock& clock) {
  return "The output " + output.shown("") + " is being written " + other.by_whom(clock) +
         ". Wait for it, or choose another output.";
}

std::chrono::milliseconds random_pause(std::chrono::milliseconds longest) {
  std::random_device random;
  return std::chrono::milliseconds(
      std::uniform_int_distribution<int64_t>(1, longest.count())(random));
}

}  // namespace

LeaseTiming lease_timing() { return default_timing; }

void set_lease_timing(const LeaseTiming& timing) { default_timing = timing; }

Lease::Lease(std::shared_ptr<Store> output, LeaseRecord record, const LeaseTiming& timing)
    : output_(std::move(output)), timing_(timing), record_(std::move(record)) {}

Result<std::unique_ptr<Lease>> Lease::acquire(std::shared_ptr<Store> output, std::string command,
                                              const CancelToken& cancel,
                                              const LeaseTiming& timing) {
  LeaseRecord record{
      .token = random_uuid(), .command = std::move(command), .holder = this_process()};
  std::unique_ptr<Lease> lease(new Lease(std::move(output), std::move(record), timing));
  for (int attempt = 0; attempt < timing.attempts && !cancel.cancelled(); ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(random_pause(timing.pause));
    VERGER_ASSIGN_OR_RETURN(const bool claimed, lease->try_claim());
    if (!claimed) continue;
    lease->thread_ = std::thread([held = lease.get()] { held->renew_until_stopped(); });
    return lease;
  }
  if (cancel.cancelled()) return Status::cancelled("Interrupted.");
  return Status::io("The output " + lease->output_->shown("") +
                    " is wanted by several runs at once; start one of them again.");
}

Result<std::shared_ptr<Store>> hold_output(std::shared_ptr<Store> output, std::string command,
                                           const CancelToken& cancel) {
  VERGER_ASSIGN_OR_RETURN(std::shared_ptr<Lease> lease,
                          Lease::acquire(output, std::move(command), cancel));
  return std::shared_ptr<Store>(std::make_shared<FencedStore>(std::move(output), std::move(lease)));
}

// Writes the claim, and looks who else is there. When it is not alone the claim is withdrawn.
Result<Lease::ClaimOutcome> Lease::claim(LeaseRecord claimed) {
  claimed.state = LeaseState::kClaimed;
  claimed.lapses_ms = epoch_ms() + timing_.lapse.count();
  if (claimed.token == record_.token) version_.reset();
  const auto put = [&] { return write_json(*output_, claimed.name(), claimed.to_json()); };
  // A run that comes to its end sweeps temporary files away, perhaps this one's: hence twice.
  if (!put().ok()) VERGER_RETURN_IF_ERROR(put());
  VERGER_ASSIGN_OR_RETURN(const auto others, read_leases(*output_));
  const auto own = std::ranges::find(others, claimed.token, &LeaseRecord::token);
  ClaimOutcome outcome;
  if (own == others.end())
    return outcome.claim = Claim::kContested, outcome;  // stopped for long since
  const LeaseClock clock{.now_ms = own->written_ms, .lapse = timing_.lapse};
  for (const LeaseRecord& other : others) {
    if (other.token == claimed.token) continue;
    if (other.token == record_.token) {
      outcome.own_stands = true;
    } else if (!other.is_live(clock)) {
      outcome.gone.push_back(other.name());
      outcome.perhaps_at_work |= !has_ended(other.holder);
    } else if (other.state != LeaseState::kClaimed) {
      outcome.claim = Claim::kRefused;
      outcome.refusal = refusal(*output_, other, clock);
    } else if (outcome.claim == Claim::kAlone) {
      outcome.claim = Claim::kContested;
    }
  }
  if (outcome.claim != Claim::kAlone) VERGER_RETURN_IF_ERROR(output_->remove(claimed.name()));
  return outcome;
}

Result<bool> Lease::try_claim() {
  const std::lock_guard lock(state_mutex_);
  const int64_t claimed_until = boot_ms() + timing_.lapse.count();
  VERGER_ASSIGN_OR_RETURN(const ClaimOutcome outcome, claim(record_));
  if (outcome.claim == Claim::kRefused) return Status::io(outcome.refusal);
  if (outcome.claim == Claim::kContested) return false;
  VERGER_RETURN_IF_ERROR(output_->probe_versions(record_.name(), json_file(record_.to_json())));
  // Stopped since, it may have been passed over: the next attempt will tell.
  if (boot_ms() >= claimed_until) return false;
  for (const std::string& gone : outcome.gone) VERGER_RETURN_IF_ERROR(output_->remove(gone));
  // Until a holder, or a worker of its, no longer goes by a look at its file from before.
  if (outcome.perhaps_at_work) std::this_thread::sleep_for(timing_.look());
  const Status held = write(LeaseState::kHeld);
  if (!lost_.ok()) return lost_ = {}, false;  // the claim was removed: it counted no more
  VERGER_RETURN_IF_ERROR(held);
  return true;
}

// The times are taken before the file is written, so that nobody else counts on less.
Status Lease::write(LeaseState state) {
  const int64_t now = boot_ms();
  LeaseRecord renewed = record_;
  renewed.state = state;
  renewed.lapses_ms = epoch_ms() + timing_.lapse.count();
  VERGER_RETURN_IF_ERROR(put(renewed));
  record_.state = renewed.state;
  record_.lapses_ms = renewed.lapses_ms;
  valid_until_ = now + timing_.lapse.count();
  looked_ = now;
  return {};
}

// Where versions are compared, only over the own file: whoever takes over removes that first, and
// then it must not be put there again. Nobody else writes it, so what stands of another version is
// this lease's own too, of a request whose answer was lost.
Status Lease::put(const LeaseRecord& record) {
  if (!output_->compares_versions()) {
    return write_json(*output_, record.name(), record.to_json());
  }
  const std::string text = json_file(record.to_json());
  for (int attempt = 0; attempt < timing_.attempts; ++attempt) {
    if (!version_) {
      VERGER_ASSIGN_OR_RETURN(version_, output_->version(record.name()));
    }
    if (!version_) return lose("was taken over by another run");
    VERGER_ASSIGN_OR_RETURN(version_, output_->write_over(record.name(), text, version_));
    if (version_) return {};
  }
  return lose("could not be renewed");
}

void Lease::renew_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, timing_.renew, [this] { return stopping_; })) {
    lock.unlock();
    {
      const std::lock_guard state_lock(state_mutex_);
      looked_ = 0;  // whoever took over removed the file: it must not be put there again
      // A failure to write is tried again at the next turn, until the lease lapses.
      if (check_now().ok()) static_cast<void>(write(record_.state));
    }
    lock.lock();
  }
}

Status Lease::check() {
  const std::lock_guard lock(state_mutex_);
  return check_now();
}

bool Lease::lost() { return !check().ok(); }

Status Lease::check_now() {
  if (!lost_.ok()) return lost_;
  const int64_t now = boot_ms();
  if (now >= valid_until_) return regain();
  if (now < looked_ + timing_.look().count()) return {};
  return look();
}

// The clock says that the lease holds, by which others go as well; their clocks may differ.
Status Lease::look() {
  const auto stands = output_->exists(record_.name());
  if (!stands.ok()) return {};  // perhaps the next look succeeds; until the lease lapses
  if (!*stands) return lose("was taken over by another run");
  looked_ = boot_ms();
  return {};
}

// The lease lapsed: this program was stopped, or could not write it. Whoever takes over removes its
// file before it holds one of its own. So nobody did when the file stands still while a second
// claim of this run does, by which whoever comes now keeps away.
Status Lease::regain() {
  for (int attempt = 0; attempt < timing_.attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(random_pause(timing_.pause));
    const auto regained = try_regain();
    if (!lost_.ok()) return lost_;
    if (!regained.ok()) return lose("lapsed and could not be renewed");
    if (*regained) return {};
  }
  return lose("lapsed, and other runs want it");
}

// False: contested, or stopped once more.
Result<bool> Lease::try_regain() {
  const int64_t claimed_until = boot_ms() + timing_.lapse.count();
  LeaseRecord second = record_;
  second.token = random_uuid();
  VERGER_ASSIGN_OR_RETURN(const ClaimOutcome outcome, claim(second));
  if (outcome.claim == Claim::kContested) return false;
  const bool free = outcome.claim == Claim::kAlone && outcome.own_stands;
  const bool in_time = boot_ms() < claimed_until;
  Status written;
  if (free && in_time) written = write(record_.state);
  if (outcome.claim == Claim::kAlone) VERGER_RETURN_IF_ERROR(output_->remove(second.name()));
  VERGER_RETURN_IF_ERROR(written);
  if (!free) return lose("was taken over by another run");
  return in_time;
}

Status Lease::lose(const std::string& why) {
  lost_ =
      Status::io("The lease on the output " + output_->shown("") + ' ' + why +
                 ", so this one writes and removes nothing more; 'verger inspect' tells what is "
                 "there, and " +
                 option_set("resume") + " goes on with it.");
  return lost_;
}

Status Lease::close_to_workers() {
  {
    const std::lock_guard lock(state_mutex_);
    VERGER_RETURN_IF_ERROR(check_now());
    VERGER_RETURN_IF_ERROR(write(LeaseState::kClosing));
  }
  std::this_thread::sleep_for(timing_.worker_look());  // until nobody goes by an earlier look
  return {};
}

Lease::~Lease() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (!thread_.joinable()) return;  // never held
  thread_.join();
  // What cannot be removed lapses by itself.
  if (!check().ok() || !output_->remove(record_.name()).ok()) return;
  // No file: the next run may be writing by now.
  const auto none = [](std::string_view) { return false; };
  for (const auto folder : {kLeasesFolder, kRecordsFolder}) {
    static_cast<void>(output_->remove_temporaries(std::string(folder), none));
  }
}

Status WorkerFence::check() {
  const std::lock_guard lock(mutex_);
  const int64_t now = boot_ms();
  if (now < good_until_) return {};
  LeaseRecord sought;
  sought.token = token_;
  const auto document = read_json(*output_, sought.name());
  if (!document.ok()) {
    const auto stands = output_->exists(sought.name());
    if (!stands.ok() || *stands) return document.error();
  } else {
    const auto lease = LeaseRecord::parse(*document);
    if (lease.ok() && lease->state == LeaseState::kHeld) {
      good_until_ = now + timing_.worker_look().count();
      return {};
    }
  }
  return Status::io("The run that this order is of does not write " + output_->shown("") +
                    " any more.");
}

}  // namespace verger
