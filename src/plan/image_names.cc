// SPDX-License-Identifier: Apache-2.0
#include "plan/image_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace verger {

namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".jpg", ".jpeg", ".png"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_with_any_case(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  return std::ranges::equal(name.substr(name.size() - ending.size()), ending, {}, lower);
}

// "Apple%20Red" → "Apple Red".
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const char* digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      plain += static_cast<char>(value);
      at += 2;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

std::string_view folder_of(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

}  // namespace

bool is_hidden(std::string_view name) {
  if (name == "." || name == "..") return false;  // S3's keys may have such parts
  if (name.starts_with('.') || name.ends_with("._COPYING_")) return true;
  if (name.starts_with("_metadata") || name.starts_with("_common_metadata")) return false;
  return name.starts_with('_') && name.find('=') == name.npos;
}

bool has_hidden_part(std::string_view name) {
  while (true) {
    const std::string_view part = name.substr(0, name.find('/'));
    if (is_hidden(part)) return true;
    if (part.size() == name.size()) return false;
    name.remove_prefix(part.size() + 1);
  }
}

bool is_mark(std::string_view name) {
  return name == "_SUCCESS" || name == ".DS_Store" || name == "Thumbs.db" ||
         name == "desktop.ini" || name.starts_with("_committed_") ||
         name.starts_with("_started_") || (name.starts_with('.') && name.ends_with(".crc"));
}

ImageNames::ImageNames(const std::string& pattern) {
  if (pattern.empty()) return;
  if (auto glob = Glob::parse(pattern); glob.ok()) pattern_ = *std::move(glob);
}

bool ImageNames::match(std::string_view name) const {
  const std::string_view file = last_part(name);
  if (pattern_) return pattern_->matches(std::string(file));
  return std::ranges::any_of(
      kExtensions, [file](std::string_view ending) { return ends_with_any_case(file, ending); });
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::optional<std::string> partition_label(std::string_view display_path,
                                           const std::string& column) {
  const std::string begin = (column.empty() ? "label" : column) + '=';
  for (std::string_view folder = folder_of(display_path); !folder.empty();
       folder = folder_of(folder)) {
    const std::string_view name = last_part(folder);
    if (name.starts_with(begin)) {
      const std::string_view value = name.substr(begin.size());
      return value == "__HIVE_DEFAULT_PARTITION__" ? "" : unescaped(value);
    }
    if (folder.find('/') == folder.npos) break;
  }
  return std::nullopt;
}

std::string label_of(std::string_view display_path, const std::string& column) {
  if (auto label = partition_label(display_path, column)) return *std::move(label);
  const std::size_t name = display_path.rfind('/');
  if (name == display_path.npos || name == 0) return "";
  const std::string_view folder = display_path.substr(0, name);
  const std::size_t slash = folder.rfind('/');
  if (slash != folder.npos) return std::string(folder.substr(slash + 1));
  return folder.ends_with(':') ? "" : std::string(folder);  // "file:" is the filesystem's root
}

}  // namespace verger
