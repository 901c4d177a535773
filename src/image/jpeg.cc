// SPDX-License-Identifier: Apache-2.0
#include "image/jpeg.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it before
#include <new>
#include <string>

#include <jpeglib.h>  // which messages jerror.h numbers depends on it

#include <jerror.h>

#include "image/colour.h"
#include "image/jpeg_header.h"
#include "image/rejections.h"

namespace verger {

namespace {

// Pillow hands libjpeg the file in blocks of this size and libjpeg suspends at the end of each. A
// damaged file can decode differently when cut elsewhere, so the blocks are the same here.
constexpr std::size_t kBlock = 65536;

// libjpeg's error manager with a way back out.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf escape;
};

// libjpeg's source manager: it suspends where the block ends, as Pillow's does.
struct Source {
  jpeg_source_mgr base;
  std::size_t skip;  // bytes to drop from the blocks to come
};

[[noreturn]] void escape(j_common_ptr codec) {
  std::longjmp(reinterpret_cast<ErrorManager*>(codec->err)->escape, 1);
}

void ignore_message(j_common_ptr) {}

void do_nothing(j_decompress_ptr) {}

boolean suspend(j_decompress_ptr) { return FALSE; }

void skip(j_decompress_ptr codec, long count) {
  auto* source = reinterpret_cast<Source*>(codec->src);
  const auto wanted = static_cast<std::size_t>(std::max(count, 0L));
  const std::size_t there = std::min(wanted, source->base.bytes_in_buffer);
  source->base.next_input_byte += there;
  source->base.bytes_in_buffer -= there;
  source->skip = wanted - there;
}

enum class Outcome { kDone, kNeedsData, kFailed };

// One decompression. libjpeg reports a fatal error by longjmp, which must not cross a frame with
// objects to destroy: advance() therefore holds none, and all state is in members.
class Decoder {
 public:
  // `size` is the file's divided by `scale_denominator` (rounded up).
  Decoder(ImageSize size, unsigned scale_denominator, RowSink& sink)
      : size_(size), scale_denominator_(scale_denominator), sink_(sink) {}
  ~Decoder() { jpeg_destroy_decompress(&codec_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Outcome decode(Bytes bytes) {
    if (!start()) return Outcome::kFailed;
    std::size_t position = 0;
    for (std::size_t end = 0; end < bytes.size();) {
      end = std::min(end + kBlock, bytes.size());
      source_.base.next_input_byte = bytes.data() + position;
      source_.base.bytes_in_buffer = end - position;
      const Outcome outcome = advance();
      if (outcome != Outcome::kNeedsData) return outcome;
      position = static_cast<std::size_t>(source_.base.next_input_byte - bytes.data());
    }
    return Outcome::kNeedsData;
  }

  // No fault of the file.
  bool lacks_memory() const { return error_.base.msg_code == JERR_OUT_OF_MEMORY; }

  std::string error_message() {
    char message[JMSG_LENGTH_MAX];
    error_.base.format_message(reinterpret_cast<j_common_ptr>(&codec_), message);
    return message;
  }

 private:
  enum class Stage { kHeader, kStart, kRows, kFinish };

  bool start() {
    codec_.err = jpeg_std_error(&error_.base);
    error_.base.error_exit = escape;
    error_.base.output_message = ignore_message;
    if (setjmp(error_.escape) != 0) return false;
    jpeg_create_decompress(&codec_);
    source_.base.init_source = do_nothing;
    source_.base.fill_input_buffer = suspend;
    source_.base.skip_input_data = skip;
    source_.base.resync_to_restart = jpeg_resync_to_restart;
    source_.base.term_source = do_nothing;
    codec_.src = &source_.base;
    return true;
  }

  Outcome advance() {
    if (setjmp(error_.escape) != 0) return Outcome::kFailed;
    if (source_.skip > 0) skip(&codec_, static_cast<long>(source_.skip));
    if (source_.skip > 0) return Outcome::kNeedsData;
    if (stage_ == Stage::kHeader && !read_header()) return Outcome::kNeedsData;
    if (stage_ == Stage::kStart) {
      if (!jpeg_start_decompress(&codec_)) return Outcome::kNeedsData;
      // Never so: both read the same header. A write past the row would follow if it were.
      if (codec_.output_width != static_cast<JDIMENSION>(size_.width)) return Outcome::kFailed;
      stage_ = Stage::kRows;
    }
    if (stage_ == Stage::kRows && !read_rows()) return Outcome::kNeedsData;
    // The rows are complete: that data is missing after them is not held against the file.
    jpeg_finish_decompress(&codec_);
    return Outcome::kDone;
  }

  bool read_header() {
    int status = JPEG_HEADER_TABLES_ONLY;
    while (status == JPEG_HEADER_TABLES_ONLY) status = jpeg_read_header(&codec_, FALSE);
    if (status == JPEG_SUSPENDED) return false;
    codec_.scale_denom = scale_denominator_;
    codec_.out_color_space = codec_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    stage_ = Stage::kStart;
    return true;
  }

  bool read_rows() {
    const bool is_cmyk = codec_.out_color_space == JCS_CMYK;
    for (; row_ < size_.height; ++row_) {
      uint8_t* const rgb = sink_.next_row();
      JSAMPROW line = is_cmyk ? cmyk_line() : rgb;
      if (jpeg_read_scanlines(&codec_, &line, 1) != 1) return false;
      if (is_cmyk) inverted_cmyk_to_rgb(line, codec_.output_width, rgb);
      sink_.push_row();
    }
    stage_ = Stage::kFinish;
    return true;
  }

  // A row of CMYK, in memory that libjpeg frees with the codec.
  JSAMPROW cmyk_line() {
    if (cmyk_line_ == nullptr) {
      cmyk_line_ = codec_.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&codec_), JPOOL_IMAGE,
                                            4 * codec_.output_width, 1)[0];
    }
    return cmyk_line_;
  }

  const ImageSize size_;
  const unsigned scale_denominator_;
  RowSink& sink_;
  jpeg_decompress_struct codec_{};
  ErrorManager error_{};
  Source source_{};
  Stage stage_ = Stage::kHeader;
  int row_ = 0;
  JSAMPROW cmyk_line_ = nullptr;
};

// Baseline, extended and progressive DCT, with Huffman or arithmetic coding.
bool is_supported(uint8_t frame_marker) {
#if LIBJPEG_TURBO_VERSION_NUMBER >= 3'000'000
  if (frame_marker == 0xC3) return true;  // lossless, Huffman coding
#endif
  return frame_marker == 0xC0 || frame_marker == 0xC1 || frame_marker == 0xC2 ||
         frame_marker == 0xC9 || frame_marker == 0xCA;
}

// The largest of 1, 2, 4 and 8 that leaves both sides at least twice as long as the network's
// image: these are the scales that libjpeg-turbo has vector code for.
unsigned fast_scale_denominator(int width, int height) {
  unsigned denominator = 1;
  while (denominator < 8 &&
         std::min(width, height) >= static_cast<int>(4 * denominator) * kImageSide) {
    denominator *= 2;
  }
  return denominator;
}

int divide_up(int side, unsigned denominator) {
  return (side + static_cast<int>(denominator) - 1) / static_cast<int>(denominator);
}

}  // namespace

std::optional<Rejection> decode_jpeg(Bytes bytes, const ImageOptions& options, ImageRowSink& sink) {
  const auto header = read_jpeg_header(bytes);
  if (!header.ok()) return header.error();
  if (auto rejection = check_size(header->width, header->height, options)) return rejection;
  if (!is_supported(header->frame_marker)) {
    return unsupported(
        "The JPEG uses a lossless or hierarchical process; DCT-based ones are read.");
  }
  const unsigned scale =
      options.fast_decode ? fast_scale_denominator(header->width, header->height) : 1;
  const ImageSize size = {divide_up(header->width, scale), divide_up(header->height, scale)};
  const int orientation = options.exif_orientation ? find_orientation(header->orientation) : 1;
  if (auto rejection = sink.start(size, orientation)) return rejection;
  Decoder decoder(size, scale, sink);
  switch (decoder.decode(bytes)) {
    case Outcome::kDone:
      break;
    case Outcome::kNeedsData:
      return truncated("The JPEG ends before its last row.");
    case Outcome::kFailed:
      if (decoder.lacks_memory()) throw std::bad_alloc();
      return corrupt("The JPEG is damaged: " + decoder.error_message() + ".");
  }
  return std::nullopt;
}

}  // namespace verger
