// SPDX-License-Identifier: Apache-2.0
// A glob, a newline and a name from outside → whether it is taken, its label, and how it is shown.
#include <algorithm>
#include <string>

#include "base/place.h"
#include "base/utf8.h"
#include "plan/packed_names.h"
#include "plan/selection.h"
#include "target.h"

namespace {

bool has_control(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using verger::require;
  if (size > 256) return 0;  // globs of many stars take their time
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string glob = text.substr(0, text.find('\n'));
  const std::string name = text.substr(std::min(glob.size() + 1, text.size()));
  verger::InputOptions options;
  options.pattern = glob.substr(0, 16);
  options.exclude = {glob.substr(0, 16)};
  if (options.validate().ok()) {
    verger::Selection selection(options);
    const auto kind = selection.take(name);
    (void)selection.enter(name);
    require(kind == verger::Selection::Kind::kPassedOver || !verger::has_hidden_part(name),
            "nothing hidden is taken");
    require(selection.passed_over().empty() == selection.passed_over().text().empty(),
            "what is counted is told");
  }
  (void)verger::label_of(name, glob.substr(0, 16));
  (void)verger::plain_name(name);
  require(verger::is_valid_utf8(verger::valid_utf8(name)), "a table's text is UTF-8");
  require(!has_control(verger::printable(name)), "nothing is left that a terminal obeys");
  const verger::Status status = verger::check_no_credential(name);
  require(status.ok() || status.message().size() < 1024, "a sentence is short");
  return 0;
}
