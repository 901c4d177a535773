#include "pipeline/lease.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "base/status_macros.h"
#include "pipeline/json.h"
#include "pipeline/output_folder.h"

namespace verger {

using nlohmann::json;

namespace {

int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string refusal(const Store& output, const LeaseRecord& other) {
  return "The output " + output.display_path("") + " is being written " + other.by_whom() +
         ". Wait for it, or choose another output.";
}

std::chrono::milliseconds random_pause(std::chrono::milliseconds longest) {
  std::random_device random;
  return std::chrono::milliseconds(
      std::uniform_int_distribution<int64_t>(1, longest.count())(random));
}

}  // namespace

std::string LeaseRecord::name() const { return below(kLeasesFolder, token + ".json"); }

std::string LeaseRecord::by_whom() const {
  return "by verger " + command + " on " + holder.host + ", process " + std::to_string(holder.pid) +
         "; unless renewed, its lease lapses at " + utc_text(lapses_ms / 1000);
}

bool LeaseRecord::is_live() const { return lapses_ms > now_ms() && !has_ended(holder); }

json LeaseRecord::to_json() const {
  return {{"format", "verger-lease"},
          {"version", kJsonFormatVersion},
          {"token", token},
          {"command", command},
          {"state", held ? "held" : "claimed"},
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
                       .held = from.at("state") == "held",
                       .holder = {.host = from.at("host"),
                                  .machine = from.at("machine"),
                                  .pid = from.at("pid"),
                                  .started = from.at("process_started")},
                       .lapses_ms = from.at("lapses_ms")};
  });
}

Result<std::vector<LeaseRecord>> read_leases(const Store& output) {
  std::vector<LeaseRecord> found;
  VERGER_ASSIGN_OR_RETURN(const auto files, output.list(std::string(kLeasesFolder), false, true));
  for (const auto& file : files) {
    if (!file.name.ends_with(".json")) continue;
    const auto document = read_json(output, file.name);
    if (!document.ok()) continue;  // perhaps given back since the listing
    auto lease = LeaseRecord::parse(*document);
    if (lease.ok() && lease->name() == file.name) found.push_back(*std::move(lease));
  }
  return found;
}

Lease::Lease(std::shared_ptr<Store> output, LeaseRecord record, LeaseTiming timing)
    : output_(std::move(output)), timing_(timing), record_(std::move(record)) {}

Result<std::unique_ptr<Lease>> Lease::acquire(std::shared_ptr<Store> output, std::string command,
                                              const CancelToken& cancel, LeaseTiming timing) {
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
  return Status::io("The output " + lease->output_->display_path("") +
                    " is wanted by several runs at once; start one of them again.");
}

Result<bool> Lease::try_claim() {
  record_.held = false;
  // A run that comes to its end sweeps temporary files away, perhaps this one's: hence twice.
  if (!write().ok()) VERGER_RETURN_IF_ERROR(write());
  VERGER_ASSIGN_OR_RETURN(auto found, read_leases(*output_));
  std::erase_if(found, [&](const auto& lease) { return lease.token == record_.token; });
  for (const LeaseRecord& other : found) {
    if (!other.is_live()) continue;
    VERGER_RETURN_IF_ERROR(output_->remove(record_.name()));
    if (other.held) return Status::io(refusal(*output_, other));
    return false;
  }
  for (const LeaseRecord& gone : found) VERGER_RETURN_IF_ERROR(output_->remove(gone.name()));
  record_.held = true;
  VERGER_RETURN_IF_ERROR(write());
  return true;
}

Status Lease::write() {
  record_.lapses_ms = now_ms() + timing_.lapse.count();
  VERGER_RETURN_IF_ERROR(write_json(*output_, record_.name(), record_.to_json()));
  valid_until_ms_ = record_.lapses_ms;
  return {};
}

void Lease::renew_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, timing_.renew, [this] { return stopping_; })) {
    if (!check().ok()) return;
    lock.unlock();
    // A failure is tried again at the next turn, until the lease lapses.
    static_cast<void>(write());
    lock.lock();
  }
}

Status Lease::check() const {
  if (now_ms() < valid_until_ms_) return {};
  return Status::io("The lease on the output " + output_->display_path("") +
                    " could not be renewed and lapsed; go on with --resume.");
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
  static_cast<void>(output_->remove(record_.name()));
}

}  // namespace verger
