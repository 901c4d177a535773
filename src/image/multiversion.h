// SPDX-License-Identifier: Apache-2.0
// VERGER_MULTIVERSION before a function has the compiler build it for AVX2 as well; the processor
// picks at load time. The results are the same bits: only integers and single float operations.
// Sanitizers intercept too late for such load-time picks, so their builds take the plain version.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VERGER_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VERGER_SANITIZED 1
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(VERGER_SANITIZED)
#define VERGER_MULTIVERSION __attribute__((target_clones("default", "avx2")))
#else
#define VERGER_MULTIVERSION
#endif
