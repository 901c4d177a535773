// SPDX-License-Identifier: Apache-2.0
#include "shortage.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

#include "console.h"
#include "verger/status.h"

namespace verger::cli {

namespace {

constexpr std::size_t kEnoughStack = std::size_t{8} << 20;
constexpr rlim_t kLittleStack = rlim_t{1} << 20;

std::atomic<bool> log_is_json = false;
std::atomic<bool> ended = false;

constexpr int kShort = static_cast<int>(StatusCode::kIo);

std::string_view sentence(int exit_code) {
  if (exit_code != kShort) {
    return log_is_json ? "{\"event\":\"error\",\"message\":\"Interrupted.\",\"exit_code\":130}\n"
                       : "verger: error: Interrupted.\n";
  }
  return log_is_json
             ? "{\"event\":\"error\",\"message\":\"Not enough memory or threads; give fewer "
               "--threads, or smaller --max-pixels.\",\"exit_code\":3}\n"
             : "verger: error: Not enough memory or threads; give fewer --threads, or smaller "
               "--max-pixels.\n";
}

bool is_want(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (const std::system_error& failure) {
    return failure.code() == std::errc::resource_unavailable_try_again ||
           failure.code() == std::errc::not_enough_memory;
  } catch (...) {
    return false;
  }
}

// An exception that nobody catches, or one that is thrown where threads run still.
void on_terminate() {
  const std::exception_ptr error = std::current_exception();
  if (error ? is_want(error) : std::uncaught_exceptions() > 0) end_at_once(kShort);
  std::abort();
}

// OpenBLAS calls exit() where it gets no memory.
void on_exit_of_a_library(int /*code*/, void* /*nothing*/) {
  if (!ended) end_at_once(kShort);
}

// OpenBLAS raises SIGINT where it gets no threads, which is while it is loaded.
void on_interrupt_while_loading(int signal, siginfo_t* sender, void* /*context*/) {
  if (sender->si_pid == getpid()) end_at_once(kShort);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

bool heeds_interrupts() {
  struct sigaction before{};
  return sigaction(SIGINT, nullptr, &before) == 0 && before.sa_handler != SIG_IGN;
}

// OpenBLAS starts a thread for each processor that it may use, and each turns idly for a while, 20
// to 30 ms of CPU. verger lets it compute on one thread alone, so it is shown one processor while
// it is loaded, and starts none.
cpu_set_t processors;  // that the program was started with
bool held_to_one = false;

void hold_to_one_processor() {
  const int current = sched_getcpu();
  if (current < 0 || current >= CPU_SETSIZE) return;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(current), &one);
  held_to_one = sched_setaffinity(0, sizeof one, &one) == 0;
}

void release_processors() {
  if (held_to_one) sched_setaffinity(0, sizeof processors, &processors);
}

void before_libraries(int /*argc*/, char** /*argv*/, char** /*environment*/) {
  hold_to_one_processor();
  if (!heeds_interrupts()) return;
  struct sigaction action{};
  action.sa_sigaction = on_interrupt_while_loading;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGINT, &action, nullptr);
}

// The linker calls it before any library's own beginning.
[[gnu::section(".preinit_array"), gnu::used]] void (*first_of_all)(int, char**,
                                                                   char**) = before_libraries;

struct Call {
  int (*run)(int, char**);
  int argc;
  char** argv;
  int result;
};

void* do_call(void* argument) {
  auto* call = static_cast<Call*>(argument);
  call->result = call->run(call->argc, call->argv);
  return nullptr;
}

}  // namespace

void end_at_once(int exit_code) {
  const std::string_view text = sentence(exit_code);
  static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
  _exit(exit_code);
}

void prepare_for_shortage(int argc, char** argv) {
  release_processors();
  log_is_json = log_format_of(argc, argv) == LogFormat::kJson;
  if (heeds_interrupts()) std::signal(SIGINT, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
  std::set_terminate(on_terminate);
  static_cast<void>(on_exit(on_exit_of_a_library, nullptr));
}

void shortage_no_longer_matters() { ended = true; }

int with_enough_stack(int (*run)(int, char**), int argc, char** argv) {
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kLittleStack)
    return run(argc, argv);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kEnoughStack);
  pthread_setattr_default_np(&attributes);
  Call call{.run = run, .argc = argc, .argv = argv, .result = kShort};
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, do_call, &call) != 0) end_at_once(kShort);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return call.result;
}

}  // namespace verger::cli
