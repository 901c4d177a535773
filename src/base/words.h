// SPDX-License-Identifier: Apache-2.0
// Lists as sentences have them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace verger {

// "a, b and c" of these words with `last` "and"; "" of none.
template <class Words>
std::string in_words(const Words& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? ' ' + std::string(last) + ' ' : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace verger
