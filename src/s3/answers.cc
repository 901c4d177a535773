// SPDX-License-Identifier: Apache-2.0
#include "s3/answers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/numbers.h"
#include "s3/percent.h"
#include "s3/xml.h"

namespace verger {

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr std::size_t kLongestMessage = 300;
constexpr const char* kNoListing = "what answers is no server of S3, or its answer was cut off";

// Since 1970. A year that some servers give for a time they do not know (0001) becomes the nearest
// one whose nanoseconds fit into 64 bits.
std::optional<int64_t> nanoseconds(int year, std::tm& utc) {
  if (utc.tm_mon < 0 || utc.tm_mon > 11) return std::nullopt;
  utc.tm_year = std::clamp(year, 1700, 2200) - 1900;
  return timegm(&utc) * kSecond;
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

std::optional<int64_t> parse_size(const std::string& text) {
  int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return size;
}

// Takes the elements of a page as they come.
class PageReader {
 public:
  explicit PageReader(const std::string& prefix) : prefix_(prefix) {}

  void take(std::string_view path, const std::string& text) {
    constexpr std::string_view kRoot = "ListBucketResult";
    if (path == kRoot) root_ = true;
    if (!path.starts_with(kRoot) || path.size() <= kRoot.size() + 1) return;
    const std::string_view element = path.substr(kRoot.size() + 1);
    if (element == "Contents/Key") {
      key_ = text;
    } else if (element == "Contents/Size") {
      size_ = parse_size(text);
    } else if (element == "Contents/LastModified") {
      time_ = parse_iso_time(text);
    } else if (element == "Contents") {
      take_object();
    } else if (element == "CommonPrefixes/Prefix") {
      page_.prefixes.push_back(text);
    } else if (element == "EncodingType") {
      encoded_ = text == "url";
    } else if (element == "IsTruncated") {
      if (text == "true" || text == "false") truncated_ = text == "true";
    } else if (element == "NextContinuationToken") {
      page_.next = text;
    }
  }

  Result<ListPage, std::string> finish() {
    if (!root_ || !truncated_.has_value() || incomplete_) return std::string(kNoListing);
    if (*truncated_ && page_.next.empty()) {
      return contradiction("more is to come, and it does not say from where on");
    }
    if (!*truncated_) page_.next.clear();
    for (ListedObject& object : page_.objects) {
      if (auto wrong = settle(object.key); !wrong.empty()) return wrong;
      if (object.size < 0) {
        return contradiction('\'' + object.key + "' has " + format_count(object.size) + " bytes");
      }
    }
    for (std::string& prefix : page_.prefixes) {
      if (auto wrong = settle(prefix); !wrong.empty()) return wrong;
    }
    return std::move(page_);
  }

 private:
  static std::string contradiction(const std::string& what) {
    return "the server's answer contradicts itself: " + what;
  }

  void take_object() {
    incomplete_ |= !key_ || !size_ || !time_;
    if (!incomplete_) page_.objects.push_back({std::move(*key_), *size_, *time_});
    key_.reset();
    size_.reset();
    time_.reset();
  }

  // Decodes a name; half a sentence when it cannot be.
  std::string settle(std::string& name) const {
    if (encoded_) {
      auto decoded = form_decode(name);
      if (!decoded) return kNoListing;
      name = *std::move(decoded);
    }
    if (name.starts_with(prefix_)) return "";
    return contradiction('\'' + name + "' does not lie there");
  }

  const std::string& prefix_;
  ListPage page_;
  bool root_ = false;
  bool encoded_ = false;
  bool incomplete_ = false;
  std::optional<bool> truncated_;
  std::optional<std::string> key_;
  std::optional<int64_t> size_;
  std::optional<int64_t> time_;
};

std::string one_line(std::string text) {
  text.resize(std::min({text.size(), text.find('\n'), kLongestMessage}));
  std::erase_if(text, [](unsigned char c) { return c < ' ' || c > '~'; });
  text.resize(text.find_last_not_of(" .") + 1);
  return text;
}

}  // namespace

Result<ListPage, std::string> parse_list_page(std::string_view document,
                                              const std::string& prefix) {
  PageReader reader(prefix);
  const bool whole = walk_xml(
      document, [&](std::string_view path, const std::string& text) { reader.take(path, text); });
  if (!whole) return std::string(kNoListing);
  return reader.finish();
}

S3Complaint parse_complaint(std::string_view document) {
  S3Complaint complaint;
  const bool whole = walk_xml(document, [&](std::string_view path, const std::string& text) {
    if (path == "Error/Code") complaint.code = one_line(text);
    if (path == "Error/Message") complaint.message = one_line(text);
    if (path == "Error/Region") complaint.region = one_line(text);
  });
  return whole ? complaint : S3Complaint();
}

std::string parse_upload_id(std::string_view document) {
  std::string id;
  const bool whole = walk_xml(document, [&](std::string_view path, const std::string& text) {
    if (path == "InitiateMultipartUploadResult/UploadId") id = text;
  });
  return whole ? id : "";
}

bool is_completed_upload(std::string_view document) {
  bool completed = false;
  const bool whole = walk_xml(document, [&](std::string_view path, const std::string& /*text*/) {
    completed |= path == "CompleteMultipartUploadResult";
  });
  return whole && completed;
}

std::optional<int64_t> parse_iso_time(const std::string& text) {
  std::tm utc{};
  int year = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &utc.tm_mon, &utc.tm_mday,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &read) != 6) {
    return std::nullopt;
  }
  utc.tm_mon -= 1;
  int64_t part = 0;
  auto at = static_cast<std::size_t>(read);
  if (at < text.size() && text[at] == '.') {
    ++at;
    for (int64_t unit = kSecond / 10; at < text.size() && is_digit(text[at]); unit /= 10) {
      part += unit * (text[at++] - '0');
    }
  }
  if (text.substr(at) != "Z") return std::nullopt;
  const auto seconds = nanoseconds(year, utc);
  if (!seconds) return std::nullopt;
  return *seconds + part / 1'000'000 * 1'000'000;  // to the millisecond
}

std::optional<int64_t> parse_http_time(const std::string& text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  int year = 0;
  std::array<char, 4> month{};
  if (std::sscanf(text.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d", &utc.tm_mday, month.data(), &year,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec) != 6) {
    return std::nullopt;
  }
  const auto* const position = std::ranges::find(kMonths, std::string_view(month.data()));
  if (position == kMonths.end()) return std::nullopt;
  utc.tm_mon = static_cast<int>(position - kMonths.begin());
  return nanoseconds(year, utc);
}

}  // namespace verger
