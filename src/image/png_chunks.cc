// SPDX-License-Identifier: Apache-2.0
// What each chunk of a PNG does: the second half of PngStream.
#include <algorithm>

#include "image/png_stream.h"
#include "image/rejections.h"

namespace verger {

namespace {

using MaybeRejection = std::optional<Rejection>;

struct LayoutOfDepth {
  uint8_t depth;
  uint8_t colour_type;
  PngLayout layout;
};
constexpr auto kLayouts = std::to_array<LayoutOfDepth>({
    {1, 0, PngLayout::kGrey1},
    {2, 0, PngLayout::kGrey2},
    {4, 0, PngLayout::kGrey4},
    {8, 0, PngLayout::kGrey8},
    {16, 0, PngLayout::kGrey16},
    {8, 2, PngLayout::kRgb8},
    {16, 2, PngLayout::kRgb16},
    {1, 3, PngLayout::kPalette1},
    {2, 3, PngLayout::kPalette2},
    {4, 3, PngLayout::kPalette4},
    {8, 3, PngLayout::kPalette8},
    {8, 4, PngLayout::kGreyAlpha8},
    {16, 4, PngLayout::kGreyAlpha16},
    {8, 6, PngLayout::kRgba8},
    {16, 6, PngLayout::kRgba16},
});

Rejection too_short(std::string_view chunk) {
  return corrupt("The PNG's " + std::string(chunk) + " chunk is too short.");
}

}  // namespace

int bits_per_pixel(PngLayout layout) {
  constexpr std::array<int, 16> kBits = {0, 1, 2, 4, 8, 16, 24, 48, 1, 2, 4, 8, 16, 32, 32, 64};
  return kBits[static_cast<std::size_t>(layout)];
}

bool is_palette(PngLayout layout) {
  return layout >= PngLayout::kPalette1 && layout <= PngLayout::kPalette8;
}

PngStream::Outcome PngStream::handle(const Chunk& chunk, Bytes& body) {
  if (chunk.name == "IEND") return Effect::kData;
  if (chunk.name == "IDAT") return note_data();
  if (chunk.name == "fdAT") return handle_frame_data(chunk);
  struct Handler {
    std::string_view name;
    std::size_t least;  // bytes
    MaybeRejection (PngStream::*call)(Bytes);
  };
  static constexpr auto kHandlers = std::to_array<Handler>({
      {"IHDR", 13, &PngStream::handle_header},
      {"PLTE", 0, &PngStream::handle_palette},
      {"tRNS", 0, &PngStream::handle_transparency},
      {"acTL", 8, &PngStream::handle_animation},
      {"fcTL", 26, &PngStream::handle_frame},
      {"iCCP", 0, &PngStream::handle_profile},
      {"tEXt", 0, &PngStream::handle_text},
      {"zTXt", 0, &PngStream::handle_compressed_text},
      {"iTXt", 0, &PngStream::handle_international_text},
      {"eXIf", 0, &PngStream::handle_exif},
      {"gAMA", 4, nullptr},
      {"cHRM", 32, nullptr},
      {"sRGB", 1, nullptr},
      {"pHYs", 9, nullptr},
  });
  const auto handler = std::find_if(kHandlers.begin(), kHandlers.end(),
                                    [&](const Handler& h) { return h.name == chunk.name; });
  if (handler == kHandlers.end()) return Effect::kUnknown;
  if (!read_exactly(chunk.length, body)) return cut_off(chunk.name);
  if (body.size() < handler->least) return too_short(chunk.name);
  if (handler->call != nullptr) {
    if (auto rejection = (this->*handler->call)(body)) return std::move(*rejection);
  }
  return Effect::kHandled;
}

PngStream::Effect PngStream::note_data() {
  if (frames_ && !frame_) has_default_image_ = true;
  // Data before any header are passed over like an unknown chunk.
  return header_.layout == PngLayout::kNone ? Effect::kUnknown : Effect::kData;
}

PngStream::Outcome PngStream::handle_frame_data(const Chunk& chunk) {
  if (chunk.length < 4) return too_short("fdAT");
  Bytes number;
  if (!read_exactly(4, number)) return cut_off("fdAT");
  if (!next_in_sequence(big_endian_32(number, 0))) {
    return corrupt("The PNG's animation frames are out of order.");
  }
  return note_data();
}

bool PngStream::next_in_sequence(uint32_t number) {
  if (!sequence_number_ || number == 0 || number - 1 != *sequence_number_) return false;
  sequence_number_ = number;
  return true;
}

std::optional<Rejection> PngStream::handle_header(Bytes body) {
  header_.width = big_endian_32(body, 0);
  header_.height = big_endian_32(body, 4);
  const auto layout = std::find_if(kLayouts.begin(), kLayouts.end(), [&](const auto& known) {
    return known.depth == body[8] && known.colour_type == body[9];
  });
  if (layout != kLayouts.end()) header_.layout = layout->layout;
  if (body[11] != 0) return corrupt("The PNG has an unknown filter method.");
  if (body[12] != 0) header_.is_interlaced = true;
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_palette(Bytes body) {
  if (!is_palette(header_.layout)) return std::nullopt;
  const std::size_t entries = body.size() / 3;
  palette_entries_ = entries;  // The last palette before the data counts.
  header_.palette.emplace();
  std::copy_n(body.begin(), 3 * std::min(entries, kMostEntries), header_.palette->begin());
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_transparency(Bytes body) {
  // convert("RGB") drops transparency, so that only the chunk's form matters.
  std::size_t least = 0;
  switch (header_.layout) {
    case PngLayout::kGrey1:
    case PngLayout::kGrey2:
    case PngLayout::kGrey4:
    case PngLayout::kGrey8:
    case PngLayout::kGrey16:
      least = 2;
      break;
    case PngLayout::kRgb8:
    case PngLayout::kRgb16:
      least = 6;
      break;
    default:
      break;
  }
  if (body.size() < least) return too_short("tRNS");
  const auto opaque = std::count(body.begin(), body.end(), 255);
  const auto transparent = std::count(body.begin(), body.end(), 0);
  has_single_transparent_entry_ =
      transparent == 1 && static_cast<std::size_t>(opaque) + 1 == body.size();
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_animation(Bytes body) {
  const uint32_t frames = big_endian_32(body, 0);
  if (frames_) {
    frames_.reset();  // a second one: no animation
  } else if (frames != 0 && frames <= 0x80000000) {
    frames_ = frames;
  }
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_frame(Bytes body) {
  const uint32_t number = big_endian_32(body, 0);
  if (sequence_number_ ? !next_in_sequence(number) : number != 0) {
    return corrupt("The PNG's animation frames are out of order.");
  }
  sequence_number_ = number;
  const PngRectangle frame = {big_endian_32(body, 12), big_endian_32(body, 16),
                              big_endian_32(body, 4), big_endian_32(body, 8)};
  if (uint64_t{frame.x} + frame.width > header_.width ||
      uint64_t{frame.y} + frame.height > header_.height) {
    return corrupt("The PNG has an animation frame that reaches beyond the image.");
  }
  frame_ = frame;
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_profile(Bytes body) {
  switch (check_profile(body)) {
    case ProfileStatus::kOk:
      return std::nullopt;
    case ProfileStatus::kDamaged:
      return corrupt("The PNG's colour profile is damaged.");
    case ProfileStatus::kTooLarge:
      break;
  }
  return corrupt("The PNG's colour profile expands to more than 1 MiB.");
}

std::optional<Rejection> PngStream::handle_text(Bytes body) {
  return note_text(read_text(body), "tEXt");
}

std::optional<Rejection> PngStream::handle_compressed_text(Bytes body) {
  return note_text(read_compressed_text(body), "zTXt");
}

std::optional<Rejection> PngStream::handle_international_text(Bytes body) {
  return note_text(read_international_text(body), "iTXt");
}

std::optional<Rejection> PngStream::note_text(PngText text, std::string_view chunk) {
  const std::string prefix = "The PNG's " + std::string(chunk) + " chunk ";
  if (text.is_unknown_method) return corrupt(prefix + "has an unknown compression method.");
  if (text.is_too_large) return corrupt(prefix + "expands to more than 1 MiB.");
  if (text.keyword.empty()) return std::nullopt;
  text_size_ += text.text.size();
  if (text_size_ > kMaxPngTextMemory) return corrupt("The PNG has more than 64 MiB of text.");
  if (text.keyword == "Raw profile type exif")
    raw_profile_ = std::move(text.text);
  else if (text.keyword == "XML:com.adobe.xmp")
    orientation_.xmp = std::move(text.text);
  return std::nullopt;
}

std::optional<Rejection> PngStream::handle_exif(Bytes body) {
  orientation_.exif.assign(body.begin(), body.end());
  has_exif_chunk_ = true;
  return std::nullopt;
}

}  // namespace verger
