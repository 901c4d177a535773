// SPDX-License-Identifier: Apache-2.0
#include "report/thumbnails.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
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

// No listing gives such a name, but a table may hold any text.
bool leaves_folder(const std::string& name) {
  return ('/' + name + '/').find("/../") != std::string::npos;
}

std::string root_of(const Store& input) {
  std::string root = input.display_path("");
  if (!root.ends_with('/')) root += '/';
  return root;
}

}  // namespace

std::optional<std::vector<uint8_t>> thumbnail_of(const Store& input, const std::string& path,
                                                 int side) {
  const std::string root = root_of(input);
  if (!std::string_view(path).starts_with(root)) return std::nullopt;
  const std::string name = path.substr(root.size());
  if (is_member(name) || leaves_folder(name)) return std::nullopt;
  const auto bytes = input.read(name);
  if (!bytes.ok()) return std::nullopt;
  const auto image = decode_image(*bytes, kReadable);
  if (!image.ok()) return std::nullopt;
  const int longest = std::max(image->width, image->height);
  const auto shrunk = [&](int length) {
    return std::max(1, static_cast<int>(int64_t{length} * side / longest));
  };
  if (longest <= side) return encode_jpeg(*image, kQuality);
  return encode_jpeg(resize_bicubic(*image, shrunk(image->width), shrunk(image->height)), kQuality);
}

std::map<std::string, std::string> make_thumbnails(const std::string& input,
                                                   const StorageOptions& storage,
                                                   const std::vector<std::string>& paths,
                                                   int threads, const CancelToken& cancel) {
  std::map<std::string, std::string> made;
  StorageOptions once = storage;
  once.retries = 0;
  const auto store = Store::open(input, once);
  if (!store.ok()) return made;
  std::vector<std::optional<std::vector<uint8_t>>> thumbnails(paths.size());
  const auto end = Clock::now() + kPatience;
  const Status status = parallel_for(paths.size(), threads, cancel, [&](std::size_t i) -> Status {
    if (Clock::now() <= end) thumbnails[i] = thumbnail_of(**store, paths[i], kThumbnailSide);
    return {};
  });
  if (!status.ok()) return made;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (thumbnails[i]) made.emplace(paths[i], base64(*thumbnails[i]));
  }
  return made;
}

}  // namespace verger
