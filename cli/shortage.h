// SPDX-License-Identifier: Apache-2.0
// What becomes of the program where the machine grants it too little.
#pragma once

namespace verger::cli {

// Before anything else. From here on whatever ends the program for want of memory or threads, in
// this code or in a library, on any thread, is exit code 3 and one sentence; and a file that grows
// beyond the limit on files' sizes is an error of its write.
void prepare_for_shortage(int argc, char** argv);

// The program has come to its end: whoever calls exit() from here on may.
void shortage_no_longer_matters();

// run(argc, argv), on a stack and with threads' stacks that are large enough, whatever the limit.
int with_enough_stack(int (*run)(int, char**), int argc, char** argv);

// Ends the program with this exit code and sentence, at once, as a signal's handler may.
[[noreturn]] void end_at_once(int exit_code);

}  // namespace verger::cli
