#include "report/thumbnails.h"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/parallel.h"
#include "sample/sample.h"
#include "storage/store.h"
#include "verger/image.h"

namespace verger {

namespace {

constexpr int kQuality = 60;
constexpr ImageOptions kReadable{.max_pixels =
                                     50'000'000};  // larger ones take long for a thumbnail

std::string base64(const std::vector<uint8_t>& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // with the NUL that OpenSSL ends it by
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
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
  const auto store = Store::open(input, storage);
  if (!store.ok()) return made;
  std::string root = (*store)->display_path("");
  if (!root.ends_with('/')) root += '/';
  std::vector<std::optional<std::string>> found(paths.size());
  const Status status = parallel_for(paths.size(), threads, cancel, [&](std::size_t i) -> Status {
    if (std::string_view(paths[i]).starts_with(root)) {
      found[i] = thumbnail(**store, paths[i].substr(root.size()));
    }
    return {};
  });
  if (!status.ok()) return made;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (found[i]) made.emplace(paths[i], *std::move(found[i]));
  }
  return made;
}

}  // namespace verger
