// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace verger::cli {

// The whole program: parses the command line, runs the command, gives the exit code. Once.
int run_program(int argc, char** argv);

}  // namespace verger::cli
