// SPDX-License-Identifier: Apache-2.0
// Files that are built into the program.
#pragma once

// Declares `const char symbol[]` and `symbol_end[]`, between which the bytes of the file `path` (a
// string literal) lie. The assembler copies them in: a string literal of megabytes would take the
// compiler minutes. The source that uses this depends on the file by OBJECT_DEPENDS.
#define VERGER_EMBEDDED_FILE(symbol, path)                                \
  asm(".section .rodata\n"                                                \
      ".global " #symbol                                                  \
      "\n"                                                                \
      ".global " #symbol "_end\n" #symbol                                 \
      ":\n"                                                               \
      ".incbin \"" path "\"\n" #symbol                                    \
      "_end:\n"                                                           \
      ".text\n"); /* NOLINT(hicpp-no-assembler) */                        \
  extern "C" {                                                            \
  extern const char symbol[] __attribute__((visibility("hidden")));       \
  extern const char symbol##_end[] __attribute__((visibility("hidden"))); \
  }
