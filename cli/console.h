// SPDX-License-Identifier: Apache-2.0
// What the program says to a person, or to a log: everything on standard error.
//
// Tables and `--json` answers are results and go to standard output; they are no business of this
// file. Progress (progress.h) draws its bar through the Console, so that a warning never lands in
// the middle of one.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/numbers.h"
#include "base/progress_text.h"
#include "verger/status.h"

namespace verger::cli {

enum class LogFormat { kText, kJson };
inline constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};
// The whole command line is looked through: an error before or after a command ran speaks it too.
LogFormat log_format_of(int argc, char** argv);

// Where a Console writes and what the place can show.
struct ConsoleOptions {
  LogFormat format = LogFormat::kText;
  bool terminal = false;                // lines may be rewritten
  bool colour = false;                  // ANSI colours
  bool unicode = false;                 // line-drawing characters for the bar
  std::chrono::seconds line_every{10};  // between lines of progress where there is no bar
  std::function<int()> columns = [] { return 80; };
  std::function<void(std::string_view)> sink;  // takes whole lines; called by one thread at a time
};

// Standard error as it is: isatty, $TERM, $NO_COLOR, $COLUMNS or the window's width, the locale,
// and $VERGER_PROGRESS_SECONDS, by which programs that draw a bar of their own hear more often.
ConsoleOptions standard_error(LogFormat format);

// Thread-safe.
class Console {
 public:
  explicit Console(LogFormat format = LogFormat::kText) : Console(standard_error(format)) {}
  explicit Console(ConsoleOptions options) : options_(std::move(options)) {}
  ~Console() { hide_bar(); }
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // "verger: message", "verger: warning: message", "verger: error: message"; in JSON
  // {"event":"note","message":"…"}, and so on; an error has its exit code as well.
  void note(std::string_view message);
  void warning(std::string_view message);
  void error(const Status& status);

  // A line as it is: text, or a complete JSON object, by format().
  void line(std::string_view text);

  // The one line that is redrawn at the bottom of a terminal; elsewhere these do nothing.
  void show_bar(std::string_view text);
  void hide_bar();

  const ConsoleOptions& options() const { return options_; }
  LogFormat format() const { return options_.format; }

 private:
  void say(std::string_view event, std::string_view colour, std::string_view message, int code);
  void write_above_bar(std::string_view text);

  const ConsoleOptions options_;
  std::mutex mutex_;
  std::string bar_;  // what the terminal shows now
};

// Numbers as a person likes them.
std::string format_percent(double share);  // 0.9499 → 94.99 %
std::string format_bytes(int64_t bytes);   // 14.2 MB

// Columns that UTF-8 text takes on a terminal, when every character takes one.
int display_width(std::string_view text);

}  // namespace verger::cli
