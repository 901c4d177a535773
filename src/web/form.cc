// SPDX-License-Identifier: Apache-2.0
#include "web/form.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace verger {

namespace {

constexpr std::size_t kMostBoundary = 70;  // RFC 2046, 5.1.1
constexpr std::string_view kBlank = " \t";

Status no_form() {
  return Status::invalid_argument("The body is not the form that its content type promises.");
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// A header's value, "form-data; name=\"file\"; filename=\"a.jpg\"", piece by piece.
class HeaderValue {
 public:
  explicit HeaderValue(std::string_view text) : rest_(text) { main_ = trim(take(";")); }

  std::string_view main() const { return main_; }

  // The value of a parameter, without its quotes.
  std::optional<std::string> parameter(std::string_view name) const {
    HeaderValue at = *this;
    while (!at.rest_.empty()) {
      const std::string_view key = trim(at.take("=;"));
      const std::string value = at.value();
      if (same_word(key, name)) return value;
    }
    return std::nullopt;
  }

 private:
  // What comes before the next of `marks`; the rest begins there.
  std::string_view take(std::string_view marks) {
    const std::size_t end = std::min(rest_.find_first_of(marks), rest_.size());
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (!rest_.empty() && rest_.front() == ';') rest_.remove_prefix(1);
    return taken;
  }

  std::string value() {
    if (rest_.empty() || rest_.front() != '=') return {};
    rest_.remove_prefix(1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
    if (rest_.empty() || rest_.front() != '"') return std::string(trim(take(";")));
    std::string text;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      text += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    take(";");
    return text;
  }

  std::string_view rest_;
  std::string_view main_;
};

// The name of the file in a part of such headers; none: it is a field of the form.
std::optional<std::string> file_name(std::string_view headers) {
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    if (!same_word(trim(line.substr(0, colon)), "content-disposition")) continue;
    return HeaderValue(line.substr(colon + 1)).parameter("filename");
  }
  return std::nullopt;
}

// Takes the parts of a form off its front.
class Form {
 public:
  Form(std::string_view body, std::string_view boundary)
      : rest_(body), mark_("\r\n--" + std::string(boundary)) {}

  // To the first part; what comes before it is nobody's.
  Status begin() {
    const std::string_view first = std::string_view(mark_).substr(2);
    if (rest_.starts_with(first)) {
      rest_.remove_prefix(first.size());
    } else {
      const std::size_t at = rest_.find(mark_);
      if (at == rest_.npos) return no_form();
      rest_.remove_prefix(at + mark_.size());
    }
    return {};
  }

  struct Part {
    std::string_view headers;
    std::string_view content;
  };
  // The next part; none at the end of the form.
  Result<std::optional<Part>> next() {
    if (rest_.starts_with("--")) return std::optional<Part>();
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size()));
    if (!rest_.starts_with("\r\n")) return no_form();
    const std::size_t blank = rest_.find("\r\n\r\n");
    if (blank == rest_.npos) return no_form();
    const std::size_t content = blank + 4;
    const std::size_t end = rest_.find(mark_, blank + 2);
    if (end == rest_.npos) return no_form();
    Part part{.headers = blank == 0 ? std::string_view() : rest_.substr(2, blank - 2),
              .content = rest_.substr(std::min(content, end), end - std::min(content, end))};
    rest_.remove_prefix(end + mark_.size());
    return std::optional(part);
  }

 private:
  std::string_view rest_;
  const std::string mark_;
};

std::span<const uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Result<std::vector<WebFile>> files_of_form(std::string_view body, std::string_view boundary,
                                           std::size_t most) {
  if (boundary.empty() || boundary.size() > kMostBoundary) return no_form();
  Form form(body, boundary);
  VERGER_RETURN_IF_ERROR(form.begin());
  std::vector<WebFile> files;
  while (true) {
    VERGER_ASSIGN_OR_RETURN(const auto part, form.next());
    if (!part) break;
    const auto name = file_name(part->headers);
    if (name) files.push_back({.name = valid_utf8(*name), .bytes = as_bytes(part->content)});
    if (files.size() > most) {
      return Status::invalid_argument("A request may hold " + format_count(most) +
                                      " files at most.");
    }
  }
  return files;
}

}  // namespace

Result<std::vector<WebFile>> find_files(std::string_view content_type,
                                        std::span<const uint8_t> body, std::size_t most) {
  std::vector<WebFile> files;
  const HeaderValue type(content_type);
  if (same_word(type.main(), "multipart/form-data")) {
    const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
    VERGER_ASSIGN_OR_RETURN(files,
                            files_of_form(text, type.parameter("boundary").value_or(""), most));
  } else {
    files.push_back({.name = "", .bytes = body});
  }
  const bool all = std::ranges::none_of(files, [](const auto& file) { return file.bytes.empty(); });
  if (files.empty() || !all) {
    return Status::invalid_argument(
        "There is no file in the request: send its bytes, or a form with a file.");
  }
  return files;
}

}  // namespace verger
