#include "packed/tar_container.h"

#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "packed/tar.h"
#include "plan/image_names.h"

namespace verger {

namespace {

constexpr int64_t kMostLabel = 4096;         // bytes of a member that holds a label
constexpr int64_t kGap = int64_t{64} << 10;  // bytes between two images that are read along
constexpr int64_t kNoPlace = -1;             // of a member without bytes of its own

// WebDataset's key of a member: its name up to the first dot behind the last slash.
std::string key_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return name.substr(0, name.find('.', slash == name.npos ? 0 : slash));
}

std::string trimmed(std::span<const uint8_t> bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr const char* kSpace = " \t\r\n";
  text.erase(text.find_last_not_of(kSpace) + 1);
  return text.erase(0, text.find_first_not_of(kSpace));
}

// The members that matter, while the tar is passed over.
class TarListing {
 public:
  TarListing(ForwardReader& reader, const ContainerFile& file)
      : reader_(reader),
        file_(file),
        label_ending_('.' + (file.label_column.empty() ? "cls" : file.label_column)) {}

  Status take(const TarMember& member) {
    if (is_image(member.name, file_.pattern)) {
      images_.push_back(member);
    } else if (member.name.ends_with(label_ending_) && member.regular) {
      if (member.size > kMostLabel) {
        return Status::io(member.name + " is too long to be a label");
      }
      VERGER_ASSIGN_OR_RETURN(const auto bytes, reader_.at(member.offset, member.size));
      labels_[key_of(member.name)] = trimmed(bytes);
    }
    return {};
  }

  Status visit(const PackedVisitor& visitor) const {
    if (!file_.label_column.empty() && labels_.empty() && !images_.empty()) {
      return file_.error("no member ends in " + label_ending_ + ", where --label-column says that " +
                         "the labels are");
    }
    for (const TarMember& member : images_) {
      const auto label = labels_.find(key_of(member.name));
      PackedImage image;
      image.path = file_.path() + '/' + member.name;
      image.label = label == labels_.end() ? label_of(image.path) : label->second;
      image.place = {member.regular ? member.offset : kNoPlace, member.size};
      VERGER_RETURN_IF_ERROR(visitor(std::move(image)));
    }
    return {};
  }

 private:
  ForwardReader& reader_;
  const ContainerFile& file_;
  const std::string label_ending_;
  std::vector<TarMember> images_;
  std::map<std::string, std::string> labels_;  // by key
};

}  // namespace

Status TarContainer::list(const PackedVisitor& visitor) {
  VERGER_ASSIGN_OR_RETURN(const auto opened, file_.open());
  ForwardReader reader(*opened, file_.entry.size, file_.store->read_ahead());
  TarListing listing(reader, file_);
  const Status passed =
      visit_tar(reader, [&](const TarMember& member) { return listing.take(member); });
  if (!passed.ok()) return file_.error(passed.message());
  return listing.visit(visitor);
}

std::vector<std::size_t> TarContainer::cut(std::span<const ImagePlace> images) const {
  std::vector<std::size_t> runs;
  int64_t begin = 0;  // of the run's bytes
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
    reader = std::make_unique<ForwardReader>(**opened, file_.entry.size,
                                             std::clamp<int64_t>(whole, 0, kReadBytes));
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
    if (!bytes.ok() && opened.ok() && position != kNoPlace && position + length <= file_.entry.size) {
      bytes = file_.error(bytes.error().message());
    }
    if (!sink.deliver(i, std::move(bytes))) return;
  }
}

}  // namespace verger
