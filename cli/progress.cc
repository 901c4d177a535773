// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"

namespace verger::cli {

namespace {

using std::chrono::duration;

constexpr std::chrono::milliseconds kRefresh{100};  // how often a terminal's bar is drawn anew
constexpr std::chrono::seconds kWindow{10};         // over which the rate is taken
constexpr std::chrono::seconds kStall{30};          // without progress
constexpr double kWorthALine = 1;                   // seconds of a stage of unknown size
constexpr int kBarWidest = 40;
constexpr int kBarNarrowest = 8;

double seconds(duration<double> time) { return time.count(); }

double round_to(double value, double unit) { return std::round(value / unit) * unit; }

std::string repeat(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string drawn_bar(double share, int width, bool unicode) {
  const int full = std::clamp(static_cast<int>(share * width), 0, width);
  return unicode ? repeat("━", full) + repeat("─", width - full)
                 : repeat("#", full) + repeat("-", width - full);
}

// The longest prefix of at most `columns` columns that does not split a character.
std::string_view shortened(std::string_view text, int columns) {
  std::size_t end = text.size();
  while (end > 0 && display_width(text.substr(0, end)) > columns) {
    do --end;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U);
  }
  return text.substr(0, end);
}

}  // namespace

Progress::Progress(Console& console, Options options)
    : console_(console), options_(std::move(options)), start_(options_.clock()) {
  samples_.push_back({start_, 0});
  last_line_ = start_;
  last_change_ = start_;
  if (console_.options().terminal) refresh();
  if (options_.own_thread) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
  stop_thread();
  console_.hide_bar();
}

void Progress::add(int64_t done, int64_t rejected) {
  done_.fetch_add(done, std::memory_order_relaxed);
  if (rejected != 0) rejected_.fetch_add(rejected, std::memory_order_release);
}

void Progress::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kRefresh, [this] { return stopping_; })) {
    lock.unlock();
    refresh();
    lock.lock();
  }
}

void Progress::stop_thread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Progress::refresh() {
  const std::lock_guard lock(mutex_);
  const Time now = options_.clock();
  tell_stall(now);
  const bool due = now - last_line_ >= console_.options().line_every;
  if (!console_.options().terminal && !due) return;
  const ProgressReading reading = read(now);
  if (console_.options().terminal) {
    console_.show_bar(bar(reading));
    return;
  }
  last_line_ = now;
  const std::string text = progress_text(reading);
  console_.line(console_.format() == LogFormat::kJson ? json("progress", reading, text) : text);
}

void Progress::tell_stall(Time now) {
  if (done() != last_done_) {
    last_done_ = done();
    last_change_ = now;
    stall_told_ = false;
  }
  if (stall_told_ || options_.unit.empty() || now - last_change_ < kStall) return;
  stall_told_ = true;
  console_.warning("No progress in '" + options_.stage + "' for " +
                   format_duration(seconds(kStall)) +
                   ": the storage does not answer, or answers slowly; requests are retried.");
}

ProgressReading Progress::read(Time now) {
  // Rejected first: an image is never seen as rejected before it is seen as done.
  const int64_t rejected = rejected_.load(std::memory_order_acquire);
  const int64_t done = this->done();
  while (samples_.size() > 1 && now - samples_[1].time >= kWindow) samples_.pop_front();
  const Sample oldest = samples_.front();
  samples_.push_back({now, done});
  const double span = seconds(now - oldest.time);
  ProgressReading reading{.stage = options_.stage,
                          .unit = options_.unit,
                          .done = done,
                          .total = options_.total,
                          .rejected = rejected,
                          .rate = span > 0 ? static_cast<double>(done - oldest.done) / span : 0,
                          .elapsed_s = seconds(elapsed())};
  if (options_.total > 0 && done >= options_.total) reading.eta_s = 0;
  if (options_.total > done && reading.rate > 0) {
    reading.eta_s = static_cast<double>(options_.total - done) / reading.rate;
  }
  return reading;
}

std::string Progress::bar(const ProgressReading& reading) const {
  const int columns = console_.options().columns() - 1;  // the cursor stays on the line
  const double share = options_.total > 0
                           ? static_cast<double>(reading.done) / static_cast<double>(options_.total)
                           : 0;
  std::string numbers = progress_text(reading).substr(options_.stage.size() + 2);
  const int room = columns - display_width(options_.stage) - display_width(numbers) - 3;
  if (options_.total <= 0 || room < kBarNarrowest) {
    return std::string(shortened(options_.stage + "  " + numbers, columns));
  }
  const int width = std::min(room, kBarWidest);
  return options_.stage + ' ' + drawn_bar(share, width, console_.options().unicode) + "  " +
         numbers;
}

std::string Progress::json(std::string_view event, const ProgressReading& reading,
                           const std::string& text) const {
  nlohmann::ordered_json json{{"event", event},
                              {"stage", reading.stage},
                              {"unit", nullptr},
                              {"done", reading.done},
                              {"total", reading.total},
                              {"rejected", reading.rejected},
                              {"rate", round_to(reading.rate, 0.01)},
                              {"eta_s", nullptr},
                              {"elapsed_s", round_to(reading.elapsed_s, 0.001)},
                              {"text", text}};
  if (!reading.unit.empty()) json["unit"] = reading.unit + 's';
  if (reading.eta_s >= 0) json["eta_s"] = round_to(reading.eta_s, 0.1);
  return json_text(json);
}

void Progress::finish() {
  stop_thread();
  console_.hide_bar();
  ProgressReading reading{.stage = options_.stage,
                          .unit = options_.unit,
                          .done = done(),
                          .total = options_.total,
                          .rejected = rejected(),
                          .elapsed_s = seconds(elapsed())};
  if (options_.total <= 0 && reading.elapsed_s < kWorthALine) return;
  if (reading.elapsed_s > 0) reading.rate = static_cast<double>(done()) / reading.elapsed_s;
  const std::string text = finished_text(reading);
  console_.line(console_.format() == LogFormat::kJson ? json("stage", reading, text) : text);
}

}  // namespace verger::cli
