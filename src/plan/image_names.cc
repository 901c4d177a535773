#include "plan/image_names.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>

namespace verger {

namespace {

constexpr std::array<std::string_view, 3> kExtensions = {".jpg", ".jpeg", ".png"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_with_any_case(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  return std::ranges::equal(name.substr(name.size() - ending.size()), ending, {}, lower);
}

bool is_hidden(std::string_view name) {
  if (name.starts_with('.') || name.starts_with('_')) return true;
  return name.find("/.") != name.npos || name.find("/_") != name.npos;
}

bool matches(const std::string& name, const std::string& pattern) {
  const std::size_t slash = name.rfind('/');
  const char* file = name.c_str() + (slash == name.npos ? 0 : slash + 1);
  if (!pattern.empty()) return fnmatch(pattern.c_str(), file, 0) == 0;
  return std::ranges::any_of(
      kExtensions, [file](std::string_view ending) { return ends_with_any_case(file, ending); });
}

}  // namespace

bool is_image(const std::string& name, const std::string& pattern) {
  return !is_hidden(name) && matches(name, pattern);
}

std::string label_of(std::string_view display_path) {
  const std::size_t name = display_path.rfind('/');
  if (name == display_path.npos || name == 0) return "";
  const std::string_view folder = display_path.substr(0, name);
  const std::size_t slash = folder.rfind('/');
  if (slash != folder.npos) return std::string(folder.substr(slash + 1));
  return folder.ends_with(':') ? "" : std::string(folder);  // "file:" is the filesystem's root
}

}  // namespace verger
