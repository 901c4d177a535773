// SPDX-License-Identifier: Apache-2.0
#include "s3/xml.h"

#include <expat.h>

#include <exception>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

namespace verger {

namespace {

constexpr std::size_t kDeepest = 16;

struct Walker {
  XML_Parser parser;
  const ElementVisitor& visit;
  std::string path{};
  std::vector<std::size_t> outer{};  // the lengths of the path before each open element
  std::string text{};
  std::exception_ptr thrown{};

  // No exception may cross the parser, which is C.
  template <class Action>
  void guard(const Action& action) {
    if (thrown) return;
    try {
      action();
    } catch (...) {
      thrown = std::current_exception();
      XML_StopParser(parser, XML_FALSE);
    }
  }
};

Walker& walker_of(void* data) { return *static_cast<Walker*>(data); }

void on_start(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
  Walker& walker = walker_of(data);
  walker.guard([&] {
    if (walker.outer.size() == kDeepest) {
      XML_StopParser(walker.parser, XML_FALSE);
      return;
    }
    walker.outer.push_back(walker.path.size());
    if (!walker.path.empty()) walker.path += '/';
    walker.path += name;
    walker.text.clear();
  });
}

void on_end(void* data, const XML_Char* /*name*/) {
  Walker& walker = walker_of(data);
  walker.guard([&] {
    walker.visit(walker.path, walker.text);
    walker.text.clear();
    walker.path.resize(walker.outer.back());
    walker.outer.pop_back();
  });
}

void on_text(void* data, const XML_Char* text, int size) {
  Walker& walker = walker_of(data);
  walker.guard([&] { walker.text.append(text, static_cast<std::size_t>(size)); });
}

void on_type(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/,
             const XML_Char* /*public*/, int /*internal*/) {
  XML_StopParser(walker_of(data).parser, XML_FALSE);
}

}  // namespace

bool walk_xml(std::string_view document, const ElementVisitor& visit) {
  if (document.size() > std::numeric_limits<int>::max()) return false;
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate("UTF-8"), XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Walker walker{.parser = parser.get(), .visit = visit};
  XML_SetUserData(parser.get(), &walker);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_type);
  const auto size = static_cast<int>(document.size());
  const bool whole = XML_Parse(parser.get(), document.data(), size, XML_TRUE) == XML_STATUS_OK;
  if (walker.thrown) std::rethrow_exception(walker.thrown);
  return whole;
}

}  // namespace verger
