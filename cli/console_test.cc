// SPDX-License-Identifier: Apache-2.0
#include "console.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

namespace verger::cli {
namespace {

struct Screen {
  std::string text;
  ConsoleOptions options(LogFormat format = LogFormat::kText, bool terminal = false) {
    ConsoleOptions options;
    options.format = format;
    options.terminal = terminal;
    options.sink = [this](std::string_view written) { text += written; };
    return options;
  }
};

TEST(Console, TextNamesTheProgram) {
  Screen screen;
  Console console(screen.options());
  console.note("ready");
  console.warning("the weights are untrained");
  console.error(Status::io("'x' does not exist."));
  EXPECT_EQ(screen.text,
            "verger: ready\n"
            "verger: warning: the weights are untrained\n"
            "verger: error: 'x' does not exist.\n");
}

TEST(Console, ColourIsUsedOnlyWhenAsked) {
  Screen screen;
  ConsoleOptions options = screen.options();
  options.colour = true;
  Console(options).warning("w");
  EXPECT_EQ(screen.text, "verger: \x1b[33mwarning:\x1b[0m w\n");
}

TEST(Console, JsonIsOneObjectALine) {
  Screen screen;
  Console console(screen.options(LogFormat::kJson));
  console.warning("a \"quoted\"\nname with byte \xff");
  const auto json = nlohmann::json::parse(screen.text);
  EXPECT_EQ(json["event"], "warning");
  EXPECT_EQ(json["message"], "a \"quoted\"\nname with byte \xEF\xBF\xBD");
  EXPECT_EQ(std::ranges::count(screen.text, '\n'), 1);
}

TEST(Console, JsonErrorHasItsExitCode) {
  Screen screen;
  Console(screen.options(LogFormat::kJson)).error(Status::model("no weights"));
  EXPECT_EQ(screen.text, "{\"event\":\"error\",\"message\":\"no weights\",\"exit_code\":4}\n");
}

TEST(Console, AWarningStandsAboveTheBar) {
  Screen screen;
  Console console(screen.options(LogFormat::kText, true));
  console.show_bar("half");
  console.warning("w");
  console.hide_bar();
  EXPECT_EQ(screen.text, "\r\x1b[2Khalf\r\x1b[2Kverger: warning: w\nhalf\r\x1b[2K");
}

TEST(Console, NoBarOffATerminal) {
  Screen screen;
  Console console(screen.options());
  console.show_bar("half");
  console.hide_bar();
  EXPECT_EQ(screen.text, "");
}

TEST(Console, StandardErrorHonoursColumns) {
  setenv("COLUMNS", "53", 1);
  EXPECT_EQ(standard_error(LogFormat::kText).columns(), 53);
  unsetenv("COLUMNS");
}

TEST(Console, StandardErrorKnowsTheLocale) {
  setenv("LC_ALL", "fr_FR.UTF-8", 1);
  EXPECT_TRUE(standard_error(LogFormat::kText).unicode);
  setenv("LC_ALL", "C", 1);
  EXPECT_FALSE(standard_error(LogFormat::kText).unicode);
  unsetenv("LC_ALL");
}

TEST(Format, Counts) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(22'688), "22,688");
  EXPECT_EQ(format_count(123'456), "123,456");
  EXPECT_EQ(format_count(-1'234'567), "-1,234,567");
  EXPECT_EQ(format_count(-123), "-123");
}

TEST(Format, Durations) {
  using std::chrono::duration;
  const auto text = [](double seconds) { return format_duration(seconds); };
  EXPECT_EQ(text(0.04), "0.0 s");
  EXPECT_EQ(text(9.94), "9.9 s");
  EXPECT_EQ(text(9.96), "10 s");
  EXPECT_EQ(text(59.6), "1 min");
  EXPECT_EQ(text(483), "8 min 3 s");
  EXPECT_EQ(text(3599.7), "1 h");
  EXPECT_EQ(text(7502), "2 h 5 min");
}

TEST(Format, SharesRatesAndBytes) {
  EXPECT_EQ(format_percent(0.94990), "94.99 %");
  EXPECT_EQ(format_percent(1), "100.00 %");
  EXPECT_EQ(format_rate(0.424), "0.42");
  EXPECT_EQ(format_rate(9.999), "10.0");
  EXPECT_EQ(format_rate(47.31), "47.3");
  EXPECT_EQ(format_rate(99.96), "100");
  EXPECT_EQ(format_rate(1234.4), "1,234");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(14'225'408), "14.2 MB");
  EXPECT_EQ(format_bytes(999'990), "1.0 MB");
}

TEST(Format, WidthCountsCharacters) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("━━ ä"), 4);
}

}  // namespace
}  // namespace verger::cli
