// SPDX-License-Identifier: Apache-2.0
#include "base/user_folders.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace verger {

std::string home_folder() {
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return home;
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_dir : "/";
}

std::string cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // The specification has relative paths passed over.
  const bool given = cache != nullptr && *cache == '/';
  return (given ? std::string(cache) : home_folder() + "/.cache") + "/verger";
}

}  // namespace verger
