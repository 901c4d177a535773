// SPDX-License-Identifier: Apache-2.0
#include "output/output_names.h"

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

}  // namespace verger
