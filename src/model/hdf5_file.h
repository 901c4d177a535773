// Reading a small, possibly hostile HDF5 file that lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace verger {

// What a file holds, by path without the leading '/', such as "Conv1/Conv1/kernel:0".
struct Hdf5Index {
  std::map<std::string, std::vector<std::size_t>, std::less<>> arrays;  // shape of each dataset
  std::map<std::string, std::string, std::less<>> names;  // attribute "name" of the groups with one
};

// True where an HDF5 file may begin: with its signature at 0, 512, 1024, 2048, …
bool has_hdf5_signature(std::span<const uint8_t> bytes);

// An open file. Builds of the HDF5 library need not be thread-safe, so the library's lock is held
// for as long as any Hdf5File lives. The library's own messages to stderr are off meanwhile.
//
// Nothing outside `bytes` is read: soft and external links are not followed, nor external storage.
// An array is read only at a size that the caller knows beforehand.
class Hdf5File {
 public:
  explicit Hdf5File(std::span<const uint8_t> bytes);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  bool is_open() const;

  // Nothing when the file's structure is damaged or larger than any that Keras writes.
  std::optional<Hdf5Index> index() const;

  // Reads an array of any floating-point type as float32, row-major. False, with `values`
  // unspecified, when it is damaged, does not have exactly values.size() elements, or is not
  // stored as floating-point numbers in one piece within the file, as Keras does.
  bool read(const std::string& path, std::span<float> values) const;

 private:
  std::unique_lock<std::mutex> lock_;
  int64_t file_ = -1;  // hid_t
  void* error_data_ = nullptr;
  void* error_function_ = nullptr;
};

}  // namespace verger
