// SPDX-License-Identifier: Apache-2.0
// Early return on error, for functions that return Status or Result<T>.
#pragma once

#include "verger/status.h"

#define VERGER_CONCAT_INNER(a, b) a##b
#define VERGER_CONCAT(a, b) VERGER_CONCAT_INNER(a, b)

#define VERGER_RETURN_IF_ERROR(expression)         \
  do {                                             \
    ::verger::Status verger_status = (expression); \
    if (!verger_status.ok()) return verger_status; \
  } while (false)

// VERGER_ASSIGN_OR_RETURN(auto rows, read_rows(file));
#define VERGER_ASSIGN_OR_RETURN(declaration, expression) \
  VERGER_ASSIGN_OR_RETURN_INNER(VERGER_CONCAT(verger_result_, __LINE__), declaration, expression)

#define VERGER_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                          \
  if (!result.ok()) return std::move(result).error();                  \
  declaration = std::move(result).value()
