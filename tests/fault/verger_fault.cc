// SPDX-License-Identifier: Apache-2.0
// verger, killed by itself at a fault point: VERGER_KILL_AT="shard-committed:3" ends it with
// SIGKILL the third time that it passes the point of that name (src/base/fault_point.h).
// VERGER_STOP_AT stops it there instead, until SIGCONT; VERGER_STEP_AT sets its clock ahead there
// by VERGER_STEP_SECONDS. VERGER_LEASE_MS=2000 makes its leases lapse after so many milliseconds,
// and VERGER_MACHINE=other lets it pass for another machine's. With VERGER_MERGED_AT_ONCE=4 the
// moments of more than 4 shards are many. Where VERGER_SPOIL_EIGENVECTORS is set, a number of the
// solver's answer is wrong. Its lists of images do not fit into memory, and its shards come in
// several blocks, however small they are.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/fault_point.h"
#include "base/process.h"
#include "output/lease.h"
#include "pca/eigen.h"
#include "program.h"
#include "shards/extract_shards.h"
#include "shards/shard_moments.h"
#include "storage/sorted_list.h"

namespace {

std::string point_of_fault;
int fault_count = 0;
int fault_signal = SIGKILL;
std::atomic<int> passed = 0;
std::atomic<time_t> clock_step = 0;

void on_fault_point(std::string_view point) {
  if (point == point_of_fault && ++passed == fault_count) std::raise(fault_signal);
}

void step_clock(int /*signal*/) { clock_step = std::atoll(std::getenv("VERGER_STEP_SECONDS")); }

// "shard-committed:3"
void set_fault(const char* variable, int signal) {
  const char* setting = std::getenv(variable);
  if (setting == nullptr) return;
  const std::string text = setting;
  const std::size_t colon = text.find(':');
  point_of_fault = text.substr(0, colon);
  fault_count = colon == text.npos ? 1 : std::atoi(text.c_str() + colon + 1);
  fault_signal = signal;
  verger::set_fault_hook(on_fault_point);
}

void spoil(verger::Eigensystem& eigen) { eigen.vectors.data()[0] += 1e-6; }

}  // namespace

// In place of the C library's, for this program and its libraries.
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const auto code = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (code == 0 && clock == CLOCK_REALTIME) now->tv_sec += clock_step;
  return code;
}

int main(int argc, char** argv) {
  verger::set_list_memory(1000);
  verger::set_block_rows(5);
  std::signal(SIGUSR1, step_clock);
  set_fault("VERGER_KILL_AT", SIGKILL);
  set_fault("VERGER_STOP_AT", SIGSTOP);
  set_fault("VERGER_STEP_AT", SIGUSR1);
  if (const char* lapse = std::getenv("VERGER_LEASE_MS"); lapse != nullptr) {
    const std::chrono::milliseconds time(std::atoi(lapse));
    verger::set_lease_timing({.lapse = time, .renew = time / 3});
  }
  if (const char* number = std::getenv("VERGER_MERGED_AT_ONCE"); number != nullptr) {
    verger::set_merged_at_once(static_cast<std::size_t>(std::atoi(number)));
  }
  if (const char* machine = std::getenv("VERGER_MACHINE"); machine != nullptr) {
    verger::pretend_machine(machine);
  }
  if (std::getenv("VERGER_SPOIL_EIGENVECTORS") != nullptr) verger::set_eigen_hook(spoil);
  return verger::cli::run_program(argc, argv);
}
