// SPDX-License-Identifier: Apache-2.0
// oneTBB opens its helper library with RTLD_DEEPBIND, which the sanitizers refuse, since it would
// bypass their own malloc. This definition, linked into each sanitized program, takes the flag
// away.
#include <dlfcn.h>

extern "C" void* dlopen(const char* path, int flags) {
  using Dlopen = void* (*)(const char*, int);
  static const auto next = reinterpret_cast<Dlopen>(dlsym(RTLD_NEXT, "dlopen"));
  return next(path, flags & ~RTLD_DEEPBIND);
}
