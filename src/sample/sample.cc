// SPDX-License-Identifier: Apache-2.0
#include "sample/sample.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/numbers.h"
#include "base/option_name.h"
#include "base/parallel.h"
#include "base/place.h"
#include "base/status_macros.h"
#include "storage/local_path.h"
#include "verger/options.h"

namespace verger {

namespace {

namespace fs = std::filesystem;

constexpr int kQuality = 92;

// A folder or file of the sample, and how a person wrote it.
struct SamplePlace {
  fs::path path;
  std::string shown;

  SamplePlace below(const std::string& name) const {
    return {path / name, place_below(shown, name)};
  }
  std::string quoted() const { return '\'' + shown + '\''; }
};

Status check_directory(const SamplePlace& directory) {
  const std::string quoted = directory.quoted();
  std::error_code error;
  const fs::file_status status = fs::status(directory.path, error);
  if (status.type() == fs::file_type::not_found) return {};
  if (!error && status.type() != fs::file_type::directory) {
    return Status::io(quoted + " is a file; name a folder that is absent or empty.");
  }
  const bool empty = !error && fs::is_empty(directory.path, error);
  if (error) return Status::io("Cannot look into " + quoted + ": " + error.message() + ".");
  if (empty) return {};
  return Status::io(quoted + " is not empty; name a folder that is absent or empty.");
}

Status make_folder(const SamplePlace& folder) {
  std::error_code error;
  fs::create_directories(folder.path, error);
  if (!error) return {};
  return Status::io("Cannot make the folder " + folder.quoted() + ": " + error.message() + ".");
}

Status write_file(const SamplePlace& place, const std::vector<uint8_t>& bytes) {
  errno = 0;
  std::ofstream file(place.path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file.good()) return {};
  const int cause = errno;
  std::error_code ignored;
  fs::remove(place.path, ignored);
  return Status::io("Cannot write " + place.quoted() + ": " +
                    (cause != 0 ? std::strerror(cause) : "the disk may be full") + ".");
}

}  // namespace

Status SampleOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_number(kSampleImages, images));
  VERGER_RETURN_IF_ERROR(check_number(kSampleClasses, classes));
  if (images >= classes) return {};
  return Status::invalid_argument(
      option_name("images") + " must be at least " + option_name("classes") + " (" +
      format_count(classes) + "), so that no folder is empty, not " + format_count(images) + ".");
}

Status write_sample(const std::string& directory, const SampleOptions& options) {
  VERGER_RETURN_IF_ERROR(options.validate());
  if (const std::string scheme = scheme_of(directory); !scheme.empty() && scheme != "file") {
    return Status::io('\'' + directory + "' is not local; a sample is written to a local folder.");
  }
  VERGER_ASSIGN_OR_RETURN(const std::string path, local_path(directory));
  const SamplePlace root{.path = path, .shown = directory};
  VERGER_RETURN_IF_ERROR(check_directory(root));
  std::vector<SamplePlace> folders;
  for (int label = 0; label < options.classes; ++label) {
    folders.push_back(root.below(sample_class_name(label)));
    VERGER_RETURN_IF_ERROR(make_folder(folders.back()));
  }
  // Image i is the (i / classes)-th of class i % classes: the classes' sizes differ by at most one.
  const auto classes = static_cast<std::size_t>(options.classes);
  return parallel_for(static_cast<std::size_t>(options.images), default_threads(), CancelToken(),
                      [&](std::size_t i) {
                        const auto label = static_cast<int>(i % classes);
                        const auto number = static_cast<int>(i / classes);
                        const RgbImage image = render_fruit(label, number, options.seed);
                        return write_file(
                            folders[i % classes].below(std::to_string(number) + "_100.jpg"),
                            encode_jpeg(image, kQuality));
                      });
}

}  // namespace verger
