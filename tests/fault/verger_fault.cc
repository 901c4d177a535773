// verger, killed by itself at a fault point: VERGER_KILL_AT="shard-committed:3" ends it with
// SIGKILL the third time that it passes the point of that name (src/base/fault_point.h). Where
// VERGER_SPOIL_EIGENVECTORS is set, a number of the solver's answer is wrong.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

#include "base/fault_point.h"
#include "pca/eigen.h"
#include "program.h"

namespace {

std::string kill_at;
int kill_count = 0;
std::atomic<int> passed = 0;

void on_fault_point(std::string_view point) {
  if (point == kill_at && ++passed == kill_count) std::raise(SIGKILL);
}

void spoil(verger::Eigensystem& eigen) { eigen.vectors.data()[0] += 1e-6; }

}  // namespace

int main(int argc, char** argv) {
  if (const char* setting = std::getenv("VERGER_KILL_AT"); setting != nullptr) {
    const std::string text = setting;
    const std::size_t colon = text.find(':');
    kill_at = text.substr(0, colon);
    kill_count = colon == text.npos ? 1 : std::atoi(text.c_str() + colon + 1);
    verger::set_fault_hook(on_fault_point);
  }
  if (std::getenv("VERGER_SPOIL_EIGENVECTORS") != nullptr) verger::set_eigen_hook(spoil);
  return verger::cli::run_program(argc, argv);
}
