// SPDX-License-Identifier: Apache-2.0
#include "plan/tar_images.h"

#include <map>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "plan/image_names.h"
#include "plan/packed_names.h"

namespace verger {

namespace {

constexpr int64_t kMostLabel = 4096;  // bytes of a member that holds a label

std::string trimmed(std::span<const uint8_t> bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr const char* kSpace = " \t\r\n";
  text.erase(text.find_last_not_of(kSpace) + 1);
  return text.erase(0, text.find_first_not_of(kSpace));
}

}  // namespace

Result<TarListing> list_tar_images(ForwardReader& reader, const InputOptions& options) {
  const std::string& label_column = options.label_column;
  const std::string ending = '.' + (label_column.empty() ? "cls" : label_column);
  const ImageNames names(options.pattern);
  TarListing listing;
  std::map<std::string, std::string> labels;  // by key
  const auto take = [&](const TarMember& member) -> Status {
    if (names.match(member.name)) {
      if (has_hidden_part(member.name)) return ++listing.hidden, Status();
      listing.images.push_back({member, std::nullopt});
    } else if (member.name.ends_with(ending) && member.regular) {
      if (member.size > kMostLabel) return Status::io(member.name + " is too long for a label");
      VERGER_ASSIGN_OR_RETURN(const auto bytes, reader.at(member.offset, member.size));
      labels[key_of(member.name)] = trimmed(bytes);
    }
    return {};
  };
  VERGER_ASSIGN_OR_RETURN(listing.end, visit_tar(reader, take));
  if (!label_column.empty() && labels.empty() && !listing.images.empty()) {
    return Status::io("no member ends in " + ending + ", where " + option_name("label_column") +
                      " says that the labels are");
  }
  for (TarImage& image : listing.images) {
    const auto label = labels.find(key_of(image.member.name));
    if (label != labels.end()) image.label = label->second;
  }
  return listing;
}

}  // namespace verger
