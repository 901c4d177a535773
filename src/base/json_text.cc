// SPDX-License-Identifier: Apache-2.0
#include "base/json_text.h"

#include <nlohmann/json.hpp>

namespace verger {

namespace {

template <class Document>
std::string text_of(const Document& document, int indent) {
  return document.dump(indent, ' ', /*ensure_ascii=*/false, Document::error_handler_t::replace);
}

}  // namespace

std::string json_text(const nlohmann::json& document, int indent) {
  return text_of(document, indent);
}
std::string json_text(const nlohmann::ordered_json& document, int indent) {
  return text_of(document, indent);
}

}  // namespace verger
