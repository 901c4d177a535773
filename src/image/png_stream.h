// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "image/bytes.h"
#include "image/exif.h"
#include "image/png_text.h"
#include "verger/image.h"

namespace verger {

// How a row's samples lie: Pillow's mode and raw mode in one. Colour types and depths outside this
// list are not PNG.
enum class PngLayout {
  kNone,
  kGrey1,
  kGrey2,
  kGrey4,
  kGrey8,
  kGrey16,
  kRgb8,
  kRgb16,
  kPalette1,
  kPalette2,
  kPalette4,
  kPalette8,
  kGreyAlpha8,
  kGreyAlpha16,
  kRgba8,
  kRgba16,
};
int bits_per_pixel(PngLayout layout);
bool is_palette(PngLayout layout);

struct PngRectangle {
  uint32_t x = 0, y = 0, width = 0, height = 0;
};

struct PngHeader {
  uint32_t width = 0;
  uint32_t height = 0;
  PngLayout layout = PngLayout::kNone;
  bool is_interlaced = false;
  PngRectangle data;                                // the part of the image that the data fill
  std::optional<std::array<uint8_t, 768>> palette;  // RGB; entries that are not given are black
};

// The rejection of a file that ends within a chunk.
Rejection cut_off(std::string_view chunk);

// The chunks of a PNG (W3C PNG, second and third edition), read in the order and with the leniency
// of Pillow's PNG plugin: a file passes exactly when that plugin reads it. Notably, checksums count
// up to the first data chunk and not after, and the end chunk may be missing.
class PngStream {
 public:
  explicit PngStream(Bytes bytes) : bytes_(bytes) {}

  // Reads up to the image data and fills header().
  std::optional<Rejection> read_header();

  // The next piece of the compressed data. Empty: there is no more.
  Result<Bytes, Rejection> read_data();

  // Reads what follows the data.
  std::optional<Rejection> read_trailer();

  const PngHeader& header() const { return header_; }

  // The EXIF orientation, 1 to 8, by what has been read so far: it may stand behind the data.
  int orientation() const;

 private:
  enum class Effect { kHandled, kData, kUnknown };
  struct Chunk {
    std::string_view name;
    uint32_t length = 0;
  };
  enum class ChunkStatus { kOk, kEnd, kBadName };
  using Outcome = Result<Effect, Rejection>;

  ChunkStatus read_chunk_header(Chunk& chunk);
  bool read_exactly(std::size_t length, Bytes& body);
  void skip(std::size_t length);
  std::optional<Rejection> check_sum(const Chunk& chunk, Bytes body);

  Outcome handle(const Chunk& chunk, Bytes& body);
  Outcome handle_body(const Chunk& chunk, Bytes body);
  std::optional<Rejection> handle_header(Bytes body);
  std::optional<Rejection> handle_palette(Bytes body);
  std::optional<Rejection> handle_transparency(Bytes body);
  std::optional<Rejection> handle_animation(Bytes body);
  std::optional<Rejection> handle_frame(Bytes body);
  std::optional<Rejection> handle_profile(Bytes body);
  std::optional<Rejection> handle_text(Bytes body);
  std::optional<Rejection> handle_compressed_text(Bytes body);
  std::optional<Rejection> handle_international_text(Bytes body);
  std::optional<Rejection> handle_exif(Bytes body);
  Outcome handle_frame_data(const Chunk& chunk);
  Effect note_data();
  std::optional<Rejection> note_text(PngText text, std::string_view chunk);
  bool next_in_sequence(uint32_t number);
  std::optional<Rejection> finish_header();

  Bytes bytes_;
  std::size_t position_ = 0;
  std::size_t data_left_ = 0;  // what is still to come of the current data chunk
  PngHeader header_;
  OrientationSources orientation_;
  std::string raw_profile_;  // EXIF in ImageMagick's "Raw profile type exif" text
  bool has_exif_chunk_ = false;
  std::optional<PngRectangle> frame_;
  std::optional<uint32_t> sequence_number_;
  std::optional<uint32_t> frames_;
  bool is_animated_ = false;
  bool has_default_image_ = false;
  static constexpr std::size_t kMostEntries = 256;
  std::size_t palette_entries_ = 0;  // how many the last palette has
  bool has_palette_ = false;         // before the data
  bool has_single_transparent_entry_ = false;
  std::size_t text_size_ = 0;
};

}  // namespace verger
