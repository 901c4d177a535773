// SPDX-License-Identifier: Apache-2.0
// Every option of the chain, once. A field's name is also its command-line flag (`--max-pixels`),
// its Python keyword (`max_pixels=`) and its key in the metadata of a run ("max_pixels").
//
// In each struct the fields that affect results come before those that affect only speed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "verger/export.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

struct ImageOptions {
  // Affects results.
  int64_t max_pixels = 178'956'970;  // a larger image is rejected (too-large); Pillow's own limit
  bool exif_orientation = false;     // turn the image upright as its EXIF tag says (Keras does not)
  // Inexact: decode a JPEG of 896 pixels or more a side at 1/2, 1/4 or 1/8 of its size, by
  // libjpeg's scaled DCT (docs/numerics.md).
  bool fast_decode = false;

  Status validate() const;
};

// How the network computes. kF32x3 makes each product of three of bfloat16: the result is nearly
// that of f32, and comes faster where there is AMX.
enum class Precision { kF32, kF32x3, kBf16 };
std::string_view precision_name(Precision precision);  // "f32", "f32x3", "bf16"
Result<Precision> parse_precision(std::string_view name);

struct ModelOptions {
  // Affects results.
  std::string weights;  // Keras HDF5 file, or "untrained:SEED"; empty: see find_weights()
  std::string model;    // ONNX file, in place of MobileNetV2; empty: MobileNetV2
  Precision precision = Precision::kF32;

  Status validate() const;
};

struct PcaOptions {
  // Affects results.
  double variance = 0.95;   // share of the variance to keep, in (0, 1]; decides k ...
  int components = 0;       // ... unless k is given here (> 0)
  bool standardize = true;  // divide each feature by its deviation; else it is only centred

  Status validate() const;
};

struct InputOptions {
  // Affects results.
  // A glob that a file's name must match, such as "*.{jpg,png}". Empty: jpg, jpeg and png in any
  // case.
  std::string pattern;
  bool recursive = true;  // descend into sub-folders
  int64_t limit = 0;      // take the first so many images of the sorted list, for a trial; 0: all
  // Globs of files and folders to leave out. One without a '/' is matched with their names, one
  // with a '/' with their paths below the input.
  std::vector<std::string> exclude{};
  // Where packed inputs hold the labels: the column of a table, or the ending of a tar's members.
  // Empty: "label", "cls", else the folder.
  std::string label_column{};
  // Which column of a packed table holds the images. Empty: "content", "image.bytes", "bytes",
  // "image", or the only one there is.
  std::string image_column{};

  Status validate() const;
};

// How s3:// places are reached. Credentials come by AWS' default chain: environment, profile, SSO
// cache, container or instance role.
struct StorageOptions {
  // Affects results.
  // http(s)://host[:port] of another server than AWS'. Empty: AWS_ENDPOINT_URL_S3,
  // AWS_ENDPOINT_URL, the profile's endpoint_url, else AWS itself.
  std::string s3_endpoint;
  std::string s3_region;           // empty: AWS_REGION, AWS_DEFAULT_REGION, the profile's
  std::string s3_addressing;       // "path" or "virtual"; empty: virtual at AWS, path elsewhere
  bool s3_anonymous = false;       // sign nothing: public buckets
  bool s3_requester_pays = false;  // take on the charge of reading buckets whose readers pay

  // Affects speed.
  int reads_in_flight = 0;  // images read at once; 0: 64 from S3, 4 from this machine
  int listers = 0;          // requests, or folders of a disk, listed at once; 0: 16 at S3, 4 here
  int retries = 8;          // how often a request is tried again after a passing fault

  Status validate() const;
};

enum class Layout { kTables, kNotebook };
std::string_view layout_name(Layout layout);  // "tables", "notebook"
Result<Layout> parse_layout(std::string_view name);

struct OutputOptions {
  // Affects results.
  Layout layout = Layout::kTables;
  int parts = 24;          // part files (and shards); more when a part would pass 32,768 rows
  bool overwrite = false;  // replace what OUTPUT holds
  bool resume = false;     // go on with the run that OUTPUT holds, or begin when it is empty

  Status validate() const;
};

enum class PackFormat { kParquet, kTar };
std::string_view pack_format_name(PackFormat format);  // "parquet", "tar"
Result<PackFormat> parse_pack_format(std::string_view name);

// The options of verger pack, besides those of its input, its storage and its replacement.
struct PackOptions {
  // Affects results.
  PackFormat format = PackFormat::kParquet;
  int64_t pack_bytes = int64_t{256} << 20;  // about so many bytes of images go into a container

  Status validate() const;
};

// When an update fits the model anew: when rows of features came, went or changed, at every update,
// or not at all, so that new rows are projected by the model that is there.
enum class Refit { kAuto, kAlways, kNever };
std::string_view refit_name(Refit refit);  // "auto", "always", "never"
Result<Refit> parse_refit(std::string_view name);

// The options of verger update, besides those that its output was made with.
struct UpdateOptions {
  // Affects results.
  Refit refit = Refit::kAuto;
};

// The options of a whole run.
struct RunOptions {
  InputOptions input;
  ImageOptions image;
  ModelOptions model;
  PcaOptions pca;
  OutputOptions output;
  StorageOptions storage;
  bool strict = false;  // the first rejected image fails the run

  // Affects speed.
  int threads = 0;  // images worked on at once; 0: one a core this process may use

  // Affects neither.
  bool dry_run = false;  // find out what a run would read and write, and write nothing
  // Where the program puts its metrics (docs/metrics.md): a file of this machine, or ":PORT" of
  // 127.0.0.1. Empty: nowhere.
  std::string metrics{};

  Status validate() const;
};

// The number of cores this process may run on (its affinity mask), at least 1.
int default_threads();

}  // namespace verger
