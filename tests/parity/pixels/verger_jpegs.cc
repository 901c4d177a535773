// SPDX-License-Identifier: Apache-2.0
// Encodes JPEGs of kinds that Pillow cannot write, for the tests to read back.
//
//   verger_jpegs WIDTH HEIGHT COLOUR SAMPLING QUALITY RESTART [progressive] [arithmetic]
//                < samples > jpeg
//
// COLOUR: grey, rgb, ycc (RGB samples on stdin), cmyk, ycck (CMYK samples on stdin).
// SAMPLING: the components' horizontal and vertical factors, as in 2x2,1x1,1x1.
// RESTART: MCUs between restart markers, 0 for none.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include <jpeglib.h>

namespace {

struct Colour {
  std::string_view name;
  int components;
  J_COLOR_SPACE in;
  J_COLOR_SPACE file;
};
constexpr Colour kColours[] = {
    {"grey", 1, JCS_GRAYSCALE, JCS_GRAYSCALE},
    {"rgb", 3, JCS_RGB, JCS_RGB},
    {"ycc", 3, JCS_RGB, JCS_YCbCr},
    {"cmyk", 4, JCS_CMYK, JCS_CMYK},
    {"ycck", 4, JCS_CMYK, JCS_YCCK},
};

const Colour* find_colour(std::string_view name) {
  for (const Colour& colour : kColours) {
    if (colour.name == name) return &colour;
  }
  return nullptr;
}

void set_sampling(const char* text, jpeg_compress_struct& codec) {
  for (int i = 0; i < codec.num_components; ++i) {
    codec.comp_info[i].h_samp_factor = std::atoi(text);
    codec.comp_info[i].v_samp_factor = std::atoi(std::strchr(text, 'x') + 1);
    const char* const comma = std::strchr(text, ',');
    if (comma != nullptr) text = comma + 1;
  }
}

void set_flag(std::string_view flag, jpeg_compress_struct& codec) {
  if (flag == "progressive") jpeg_simple_progression(&codec);
  if (flag == "arithmetic") codec.arith_code = TRUE;
}

void write_rows(jpeg_compress_struct& codec) {
  std::vector<JSAMPLE> row(static_cast<std::size_t>(codec.input_components) * codec.image_width);
  JSAMPROW rows = row.data();
  while (codec.next_scanline < codec.image_height) {
    if (std::fread(row.data(), 1, row.size(), stdin) != row.size()) std::exit(1);
    jpeg_write_scanlines(&codec, &rows, 1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Colour* const colour = argc < 7 ? nullptr : find_colour(argv[3]);
  if (colour == nullptr) return 2;
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);  // a fatal error ends the program
  jpeg_create_compress(&codec);
  jpeg_stdio_dest(&codec, stdout);
  codec.image_width = static_cast<JDIMENSION>(std::atoi(argv[1]));
  codec.image_height = static_cast<JDIMENSION>(std::atoi(argv[2]));
  codec.input_components = colour->components;
  codec.in_color_space = colour->in;
  jpeg_set_defaults(&codec);
  jpeg_set_colorspace(&codec, colour->file);
  set_sampling(argv[4], codec);
  jpeg_set_quality(&codec, std::atoi(argv[5]), TRUE);
  codec.restart_interval = static_cast<unsigned>(std::atoi(argv[6]));
  for (int i = 7; i < argc; ++i) set_flag(argv[i], codec);
  jpeg_start_compress(&codec, TRUE);
  write_rows(codec);
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
}
