// SPDX-License-Identifier: Apache-2.0
#include "packed/tar_container.h"

#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "plan/image_names.h"
#include "plan/tar_images.h"

namespace verger {

namespace {

constexpr int64_t kGap = int64_t{64} << 10;  // bytes between two images that are read along
constexpr int64_t kNoPlace = -1;             // A member without bytes of its own lies nowhere.

// GNU tar says nothing of a tar without its end mark, and fails at one that is cut in a member.
std::string warning_of(TarEnd end, std::size_t images) {
  if (end == TarEnd::kMarked) return "";
  const std::string where = end == TarEnd::kUnmarked ? "without its mark" : "within a member";
  return "it ends " + where + ", after " + format_count(images, "image") +
         ", as a download that broke off does";
}

}  // namespace

Result<PackedListing> TarContainer::list(const PackedVisitor& visitor) {
  VERGER_ASSIGN_OR_RETURN(const auto opened, file_.open());
  ForwardReader reader = forward_reader(*opened, file_.entry.size, file_.store->read_ahead());
  const auto listing = list_tar_images(reader, file_.options);
  if (!listing.ok()) return file_.error(listing.error().message());
  const std::string tar = file_.path();
  for (const auto& [member, label] : listing->images) {
    PackedImage image;
    image.path = tar + '/' + member.name;
    const bool in_folder = member.name.find('/') != member.name.npos;
    image.label =
        label ? *label : label_of(in_folder ? image.path : tar, file_.options.label_column);
    image.place = {member.regular ? member.offset : kNoPlace, member.size};
    VERGER_RETURN_IF_ERROR(visitor(std::move(image)));
  }
  return PackedListing{.warning = warning_of(listing->end, listing->images.size()),
                       .hidden = listing->hidden};
}

std::vector<std::size_t> TarContainer::cut(std::span<const ImagePlace> images) const {
  std::vector<std::size_t> runs;
  int64_t begin = 0;  // where the run's bytes begin
  int64_t end = 0;
  for (const ImagePlace& image : images) {
    const int64_t after = image.position + image.length;  // tar.cc keeps it from overflowing
    if (runs.empty() || image.position - end > kGap || after - begin > kReadBytes) {
      runs.push_back(0);
      begin = image.position;
    }
    ++runs.back();
    end = std::max(end, after);
  }
  return runs;
}

void TarContainer::read(std::span<const ImagePlace> images, ImageSink& sink) const {
  const auto opened = file_.open();
  std::unique_ptr<ForwardReader> reader;
  const ImagePlace& last = images.back();
  if (opened.ok()) {
    const int64_t whole = last.position + last.length - images.front().position;
    reader = std::make_unique<ForwardReader>(
        forward_reader(**opened, file_.entry.size, std::clamp<int64_t>(whole, 0, kReadBytes)));
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto [position, length] = images[i];
    const auto one = [&]() -> Result<std::vector<uint8_t>> {
      if (position == kNoPlace) {
        return file_.error("a member", "it is a link or a sparse file, which are not followed");
      }
      if (!opened.ok()) return opened.error();
      if (position > file_.entry.size - length) {
        return file_.error("a member", "the tar ends before it does");
      }
      VERGER_ASSIGN_OR_RETURN(const auto bytes, reader->at(position, length));
      return std::vector<uint8_t>(bytes.begin(), bytes.end());
    };
    if (!sink.reserve(std::clamp<int64_t>(length, 0, file_.entry.size))) return;
    auto bytes = one();
    if (!bytes.ok() && opened.ok() && position != kNoPlace &&
        position + length <= file_.entry.size) {
      bytes = file_.error(bytes.error().message());
    }
    if (!sink.deliver(i, std::move(bytes))) return;
  }
}

}  // namespace verger
