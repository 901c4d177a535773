// SPDX-License-Identifier: Apache-2.0
// hnswlib has a lock for each row and keeps that of a row it inserts, which no search enters yet,
// while it takes those of others: thousands of locks in every order, each of which ThreadSanitizer
// would report as a deadlock that might be. Linked into the tests that build such an index.
extern "C" const char* __tsan_default_options() { return "detect_deadlocks=0"; }
