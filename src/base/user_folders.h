// SPDX-License-Identifier: Apache-2.0
// Where what belongs to a person is kept on this machine.
#pragma once

#include <string>

namespace verger {

// $HOME, or what the system's list of users says.
std::string home_folder();
// Where programs keep what they can make again: $XDG_CACHE_HOME, or ~/.cache (XDG Base Directory
// Specification), and in it the folder verger. It need not exist.
std::string cache_folder();

}  // namespace verger
