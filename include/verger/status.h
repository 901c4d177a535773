// SPDX-License-Identifier: Apache-2.0
// Status and Result: how every verger function reports failure.
//
// A bad *image* is data and becomes a Rejection (image.h). A bad argument, file or model is a
// Status: a code, which the command line turns into its exit code, and one sentence that names the
// thing at fault and the mend. A bug is an assertion. No exception crosses a public function.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "verger/export.h"

namespace VERGER_EXPORT verger {

// The numeric values are the exit codes of the program.
enum class StatusCode {
  kOk = 0,
  kCheckFailed = 1,      // a result is damaged, its counts do not reconcile, eigenvectors are wrong
  kInvalidArgument = 2,  // an option or argument is unusable
  kIo = 3,               // input or output unusable
  kModel = 4,            // weights or model unusable
  kCancelled = 130,      // interrupted; nothing that looks finished was left behind
};

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status check_failed(std::string message) {
    return {StatusCode::kCheckFailed, std::move(message)};
  }
  static Status invalid_argument(std::string message) {
    return {StatusCode::kInvalidArgument, std::move(message)};
  }
  static Status io(std::string message) { return {StatusCode::kIo, std::move(message)}; }
  static Status model(std::string message) { return {StatusCode::kModel, std::move(message)}; }
  static Status cancelled(std::string message) {
    return {StatusCode::kCancelled, std::move(message)};
  }

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

// Either a value or an error. `value()` on an error is a bug (asserted).
template <class T, class E = Status>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }

  T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }

  const E& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }
  E&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

 private:
  std::variant<T, E> state_;
};

}  // namespace verger
