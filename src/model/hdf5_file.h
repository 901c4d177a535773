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

// The shape of each array of a file, by path without the leading '/': "Conv1/Conv1/kernel:0".
// Empty for an array of no or more than four dimensions.
using Hdf5Index = std::map<std::string, std::vector<std::size_t>, std::less<>>;

// True where an HDF5 file may begin: with its signature at 0, 512, 1024, 2048, …
bool has_hdf5_signature(std::span<const uint8_t> bytes);

// An open file. Builds of the HDF5 library need not be thread-safe, so the library's lock is held
// for as long as any Hdf5File lives. The library's own messages to stderr are off meanwhile, and
// stay off when anything could not be read: at exit it would print what it could not close.
//
// Nothing outside `bytes` is read: soft and external links are not followed, nor external storage.
// An array is read only at a size that the caller knows beforehand. Attributes are left alone: HDF5
// 1.10 crashes on text of variable length, such as Keras writes, in a damaged heap.
class Hdf5File {
 public:
  explicit Hdf5File(std::span<const uint8_t> bytes);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  bool is_open() const;

  // Nothing when the file's structure is damaged or larger than any that Keras writes.
  std::optional<Hdf5Index> index();

  // Reads an array of any floating-point type as float32, row-major. False, with `values`
  // unspecified, when it is damaged, does not have exactly values.size() elements, or is not
  // stored as floating-point numbers in one piece within the file, as Keras does.
  bool read(const std::string& path, std::span<float> values);

 private:
  bool try_read(const std::string& path, std::span<float> values) const;

  std::unique_lock<std::mutex> lock_;
  int64_t file_ = -1;   // hid_t
  bool sound_ = false;  // whether all could be read so far
  void* error_data_ = nullptr;
  void* error_function_ = nullptr;
};

}  // namespace verger
