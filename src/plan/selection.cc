// SPDX-License-Identifier: Apache-2.0
#include "plan/selection.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/numbers.h"
#include "base/words.h"
#include "plan/packed_names.h"

namespace verger {

namespace {

struct ReasonText {
  std::string_view name;
  std::string_view one;   // behind "1 "
  std::string_view many;  // behind a number
};

// In the order of PassedReason.
constexpr std::array<ReasonText, 8> kReasons = {{
    {"hidden", "file whose name begins with _ or .", "files whose names begin with _ or ."},
    {"hidden-folder", "folder whose name begins with _ or .",
     "folders whose names begin with _ or ."},
    {"hidden-member", "member of a tar whose name begins with _ or .",
     "members of tars whose names begin with _ or ."},
    {"other-kind", "file of another kind", "files of other kinds"},
    {"excluded", "excluded file or folder", "excluded files or folders"},
    {"special", "that is no regular file", "that are no regular files"},
    {"container", ".parquet, .arrow or .tar file beside the images",
     ".parquet, .arrow or .tar files beside the images"},
    {"no-images", "table without a column of images", "tables without a column of images"},
}};

constexpr std::size_t kMostKinds = 64;    // so many are told apart
constexpr std::size_t kMostShown = 4;     // a sentence names so many of them
constexpr std::size_t kLongestKind = 12;  // a longer ending is none
constexpr std::string_view kNoKind = "none";

// ".heic", ".tar.gz"; "none" for a name without an ending.
std::string kind_of(std::string_view name) {
  const std::string_view file = last_part(name);
  std::size_t dot = file.rfind('.');
  if (dot != file.npos && file.substr(0, dot).ends_with(".tar")) dot -= 4;
  if (dot == file.npos || dot == 0 || file.size() - dot > kLongestKind) return std::string(kNoKind);
  std::string kind(file.substr(dot));
  std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return std::tolower(c); });
  const bool plain = std::ranges::all_of(kind, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  });
  return plain ? kind : std::string(kNoKind);
}

// "12 .heic, 3 .webp and 2 other files"; the most frequent first.
std::string kinds_text(const std::map<std::string, int64_t>& kinds, int64_t all) {
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto& [kind, count] : kinds) {
    if (kind != kNoKind) sorted.emplace_back(-count, kind);
  }
  std::ranges::sort(sorted);
  sorted.resize(std::min(sorted.size(), kMostShown));
  std::vector<std::string> pieces;
  int64_t rest = all;
  for (const auto& [count, kind] : sorted) {
    pieces.push_back(format_count(-count) + ' ' + kind);
    rest += count;
  }
  if (rest > 0) pieces.push_back(format_count(rest) + " other");
  return in_words(pieces, "and") + (all == 1 ? " file" : " files");
}

}  // namespace

std::string_view reason_name(PassedReason reason) {
  return kReasons[static_cast<std::size_t>(reason)].name;
}

void PassedOver::add(PassedReason reason, int64_t count) {
  if (count > 0) by_reason[std::string(reason_name(reason))] += count;
}

void PassedOver::add_other_kind(std::string_view name) {
  add(PassedReason::kOtherKind);
  std::string kind = kind_of(name);
  if (kinds.size() >= kMostKinds && !kinds.contains(kind)) kind = kNoKind;
  ++kinds[kind];
}

std::string PassedOver::text() const {
  std::string text;
  for (const auto& [name, one, many] : kReasons) {
    const auto entry = by_reason.find(std::string(name));
    if (entry == by_reason.end()) continue;
    const int64_t count = entry->second;
    if (!text.empty()) text += ", ";
    text += !kinds.empty() && name == reason_name(PassedReason::kOtherKind)
                ? kinds_text(kinds, count)
                : format_count(count) + ' ' + std::string(count == 1 ? one : many);
  }
  return text;
}

Selection::Selection(const InputOptions& options) : names_(options.pattern) {
  for (std::string exclude : options.exclude) {
    while (exclude.size() > 1 && exclude.ends_with('/')) exclude.pop_back();
    const bool path = exclude.find('/') != exclude.npos;
    if (exclude.starts_with('/')) exclude.erase(0, 1);
    if (auto glob = Glob::parse(exclude); glob.ok()) exclude_.emplace_back(*std::move(glob), path);
  }
}

bool Selection::excluded(const std::string& name) const {
  return std::ranges::any_of(exclude_, [&](const auto& exclude) {
    return exclude.second ? exclude.first.matches(name, true)
                          : exclude.first.matches(std::string(last_part(name)));
  });
}

Selection::Kind Selection::take(const std::string& name) {
  if (logged_table_.empty()) logged_table_ = logged_table_of(name);
  const std::string_view file = last_part(name);
  if (is_mark(file)) return Kind::kPassedOver;
  if (excluded(name)) {
    passed_over_.add(PassedReason::kExcluded);
  } else if (has_hidden_part(name)) {
    passed_over_.add(PassedReason::kHidden);
  } else if (names_.match(name)) {
    return Kind::kImage;
  } else if (is_container(name)) {
    return Kind::kContainer;
  } else {
    passed_over_.add_other_kind(name);
  }
  return Kind::kPassedOver;
}

bool Selection::enter(const std::string& name) {
  if (logged_table_.empty()) logged_table_ = logged_table_of(name);
  if (excluded(name)) return passed_over_.add(PassedReason::kExcluded), false;
  if (is_hidden(last_part(name))) return passed_over_.add(PassedReason::kHiddenFolder), false;
  return true;
}

std::string_view logged_table_of(std::string_view name) {
  const std::string_view last = last_part(name);
  if (last == "_delta_log") return "a Delta table";
  if (last == "_spark_metadata") return "a table that Spark's streaming wrote";
  if (last == ".hoodie") return "a Hudi table";
  const std::string whole = '/' + std::string(name);
  if (whole.ends_with(".metadata.json") && whole.find("/metadata/") != whole.npos) {
    return "an Iceberg table";
  }
  return "";
}

Status refuse_logged_table(std::string_view kind, const std::string& place) {
  return Status::io("Cannot read " + place + ": in or below it lies " + std::string(kind) +
                    ", whose log alone tells which of its files count; read it with an engine that "
                    "knows the log, write the rows as plain Parquet, and give those.");
}

}  // namespace verger
