#include "report/thumbnails.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/encoding.h"
#include "base/parallel.h"
#include "plan/packed_names.h"
#include "sample/sample.h"
#include "storage/store.h"
#include "verger/image.h"

namespace verger {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kQuality = 60;
constexpr std::chrono::seconds kPatience{30};  // with an input that is slow, or gone
constexpr ImageOptions kReadable{.max_pixels =
                                     50'000'000};  // larger ones take long for a thumbnail

// "part-00000.tar/Apple/1.jpg": no file of its own.
bool is_member(const std::string& name) {
  for (std::size_t slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1)) {
    if (is_container(name.substr(0, slash))) return true;
  }
  return false;
}

std::optional<std::string> thumbnail(const Store& store, const std::string& name) {
  const auto bytes = store.read(name);
  if (!bytes.ok()) return std::nullopt;
  const auto image = decode_image(*bytes, kReadable);
  if (!image.ok()) return std::nullopt;
  const int longest = std::max(image->width, image->height);
  const auto shrunk = [&](int side) { return std::max(1, side * kThumbnailSide / longest); };
  if (longest <= kThumbnailSide) return base64(encode_jpeg(*image, kQuality));
  return base64(
      encode_jpeg(resize_bicubic(*image, shrunk(image->width), shrunk(image->height)), kQuality));
}

}  // namespace

std::map<std::string, std::string> make_thumbnails(const std::string& input,
                                                   const StorageOptions& storage,
                                                   const std::vector<std::string>& paths,
                                                   int threads, const CancelToken& cancel) {
  std::map<std::string, std::string> made;
  StorageOptions once = storage;
  once.retries = 0;
  const auto store = Store::open(input, once);
  if (!store.ok()) return made;
  std::string root = (*store)->display_path("");
  if (!root.ends_with('/')) root += '/';
  std::vector<std::optional<std::string>> found(paths.size());
  const auto end = Clock::now() + kPatience;
  const Status status = parallel_for(paths.size(), threads, cancel, [&](std::size_t i) -> Status {
    if (!std::string_view(paths[i]).starts_with(root) || Clock::now() > end) return {};
    const std::string name = paths[i].substr(root.size());
    if (!is_member(name)) found[i] = thumbnail(**store, name);
    return {};
  });
  if (!status.ok()) return made;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (found[i]) made.emplace(paths[i], *std::move(found[i]));
  }
  return made;
}

}  // namespace verger
