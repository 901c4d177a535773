// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/utf8.h"

namespace verger::cli {

namespace {

constexpr std::string_view kClearLine = "\r\x1b[2K";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The number that a variable holds; 0 when it holds none.
int number_in_environment(const char* name) {
  const std::string_view set = environment(name);
  int number = 0;
  std::from_chars(set.data(), set.data() + set.size(), number);
  return number;
}

int terminal_columns() {
  if (const int columns = number_in_environment("COLUMNS"); columns > 0) return columns;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = environment(name);
    if (locale.empty()) continue;
    return locale.ends_with("UTF-8") || locale.ends_with("utf8");
  }
  return false;
}

void write_standard_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

LogFormat log_format_of(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--log-format=json") return LogFormat::kJson;
    if (argument == "--log-format" && i + 1 < argc && std::string_view(argv[i + 1]) == "json") {
      return LogFormat::kJson;
    }
  }
  return LogFormat::kText;
}

ConsoleOptions standard_error(LogFormat format) {
  ConsoleOptions options;
  options.format = format;
  options.terminal =
      format == LogFormat::kText && isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb";
  options.colour = options.terminal && environment("NO_COLOR").empty();
  options.unicode = is_utf8_locale();
  options.columns = terminal_columns;
  if (const int seconds = number_in_environment("VERGER_PROGRESS_SECONDS"); seconds > 0) {
    options.line_every = std::chrono::seconds(seconds);
  }
  options.sink = write_standard_error;
  return options;
}

void Console::note(std::string_view message) { say("note", {}, message, 0); }

void Console::warning(std::string_view message) { say("warning", kYellow, message, 0); }

void Console::error(const Status& status) {
  say("error", kRed, status.message(), static_cast<int>(status.code()));
}

void Console::line(std::string_view text) { write_above_bar(std::string(text) + '\n'); }

void Console::say(std::string_view event, std::string_view colour, std::string_view message,
                  int code) {
  if (options_.format == LogFormat::kJson) {
    nlohmann::ordered_json json{{"event", event}, {"message", message}};
    if (code != 0) json["exit_code"] = code;
    // File names need not be UTF-8, but JSON must be.
    line(json_text(json));
    return;
  }
  std::string text = "verger: ";
  if (event != "note") {
    if (options_.colour) text += colour;
    text.append(event).append(":");
    if (options_.colour) text += kPlain;
    text += ' ';
  }
  line(text.append(printable(message)));
}

void Console::write_above_bar(std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::string output;
  if (!bar_.empty()) output += kClearLine;
  output.append(text).append(bar_);
  options_.sink(output);
}

void Console::show_bar(std::string_view text) {
  if (!options_.terminal) return;
  const std::lock_guard lock(mutex_);
  if (text == bar_) return;
  bar_ = text;
  options_.sink(std::string(kClearLine) + bar_);
}

void Console::hide_bar() {
  const std::lock_guard lock(mutex_);
  if (bar_.empty()) return;
  bar_.clear();
  options_.sink(kClearLine);
}

std::string format_percent(double share) { return format_fixed(share * 100, 2) + " %"; }

std::string format_bytes(int64_t bytes) {
  if (bytes < 1000) return format_count(bytes) + " B";
  double value = static_cast<double>(bytes) / 1000;
  for (const char* unit : {" kB", " MB", " GB"}) {
    if (value < 999.95) return format_fixed(value, 1) + unit;
    value /= 1000;
  }
  return format_fixed(value, 1) + " TB";
}

int display_width(std::string_view text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

}  // namespace verger::cli
