// SPDX-License-Identifier: Apache-2.0
// What of libverger others may call. All of it is compiled with hidden visibility; what a public
// header declares inside `namespace VERGER_EXPORT verger` is what the shared library exports.
#pragma once

#define VERGER_EXPORT __attribute__((visibility("default")))
