// SPDX-License-Identifier: Apache-2.0
// The XML that servers answer with.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace verger {

// Told of each element as it ends: its path from the root on, "ListBucketResult/Contents/Key", and
// its own text, if it holds no other elements.
using ElementVisitor = std::function<void(std::string_view path, const std::string& text)>;

// Walks through a document. False when it is not well-formed, or is more than answers of S3 ever
// are: when it declares a type, from which entities come, or lies deeper than 16 elements. `visit`
// may have been told of what is before that. Takes memory for one text.
bool walk_xml(std::string_view document, const ElementVisitor& visit);

}  // namespace verger
