#include "output/output_names.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

namespace verger {

TableFolders table_folders(Layout layout) {
  if (layout == Layout::kNotebook) {
    return {.features = "",
            .pca = "pca_results",
            .rejected = "_verger/rejected",
            .model = "_verger/model"};
  }
  return {.features = "features", .pca = "pca", .rejected = "rejected", .model = "model"};
}

std::string report_name(Layout layout) {
  return layout == Layout::kNotebook ? "_verger/report.html" : "report.html";
}

std::string below(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  std::string path(folder);
  path += '/';
  return path += name;
}

std::string_view base_name(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == name.npos ? name : name.substr(slash + 1);
}

std::string_view folder_name(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == name.npos ? std::string_view() : name.substr(0, slash);
}

std::string random_uuid() {
  std::random_device random;
  std::array<uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);  // RFC 4122's variant
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace verger
