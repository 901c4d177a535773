#include "model/hdf5_file.h"

#include <hdf5.h>

#include <array>
#include <cstring>
#include <utility>

namespace verger {

namespace {

// More than any Keras file of this net has (about 600 objects, 6 levels).
constexpr std::size_t kMaxObjects = 20'000;
constexpr int kMaxDepth = 12;
constexpr std::size_t kMaxName = 256;

static_assert(sizeof(hid_t) <= sizeof(int64_t));

std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

// Owns an identifier of HDF5.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  operator hid_t() const { return id_; }  // NOLINT(google-explicit-constructor): as HDF5's own
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t open_image(std::span<const uint8_t> bytes) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kIncrement = 64 * 1024;
  if (!access.ok() || H5Pset_fapl_core(access, kIncrement, /*backing_store=*/0) < 0) return -1;
  if (H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0) return -1;
  // The library copies the image; its parameter is not const only for its other uses.
  if (H5Pset_file_image(access, const_cast<uint8_t*>(bytes.data()), bytes.size()) < 0) return -1;
  return H5Fopen("weights", H5F_ACC_RDONLY, access);
}

// The shape of a simple dataspace of at most 4 dimensions; empty for any other.
std::vector<std::size_t> shape_of(hid_t dataset) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::array<hsize_t, 4> sides{};
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space) : -1;
  if (rank < 1 || rank > static_cast<int>(sides.size())) return {};
  if (H5Sget_simple_extent_dims(space, sides.data(), nullptr) != rank) return {};
  return {sides.begin(), sides.begin() + rank};
}

extern "C" herr_t keep_hard_link(hid_t, const char* name, const H5L_info_t* info, void* data) {
  auto& links = *static_cast<std::vector<std::string>*>(data);
  if (links.size() >= kMaxObjects) return -1;
  if (info->type == H5L_TYPE_HARD && std::strlen(name) <= kMaxName) links.emplace_back(name);
  return 0;
}

class Walk {
 public:
  bool group(hid_t group, const std::string& path, int depth) {
    if (depth > kMaxDepth) return false;
    std::vector<std::string> links;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep_hard_link, &links) < 0) {
      return false;
    }
    for (const std::string& link : links) {
      if (++objects_ > kMaxObjects || !object(group, path, link, depth)) return false;
    }
    return true;
  }

  Hdf5Index take() { return std::move(index_); }

 private:
  bool object(hid_t parent, const std::string& parent_path, const std::string& link, int depth) {
    const Handle object(H5Oopen(parent, link.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.ok()) return false;
    const std::string path = parent_path.empty() ? link : parent_path + "/" + link;
    if (H5Iget_type(object) == H5I_GROUP) return group(object, path, depth + 1);
    if (H5Iget_type(object) == H5I_DATASET) index_[path] = shape_of(object);
    return true;
  }

  Hdf5Index index_;
  std::size_t objects_ = 0;
};

// Chunks could hide data that inflates without bound, external storage other files of the host.
bool is_plain(hid_t dataset) {
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose);
  if (!creation.ok() || H5Pget_external_count(creation) != 0) return false;
  const H5D_layout_t layout = H5Pget_layout(creation);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return (layout == H5D_CONTIGUOUS || layout == H5D_COMPACT) && type.ok() &&
         H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) <= sizeof(double);
}

}  // namespace

bool has_hdf5_signature(std::span<const uint8_t> bytes) {
  constexpr std::array<uint8_t, 8> kSignature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  for (std::size_t at = 0; at + kSignature.size() <= bytes.size(); at = at == 0 ? 512 : 2 * at) {
    if (std::memcmp(&bytes[at], kSignature.data(), kSignature.size()) == 0) return true;
  }
  return false;
}

Hdf5File::Hdf5File(std::span<const uint8_t> bytes) : lock_(library_mutex()) {
  H5E_auto2_t function = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &function, &error_data_);
  error_function_ = reinterpret_cast<void*>(function);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (!bytes.empty()) file_ = open_image(bytes);
  sound_ = is_open();
}

Hdf5File::~Hdf5File() {
  if (file_ >= 0) H5Fclose(file_);
  if (!sound_) return;
  H5Eset_auto2(H5E_DEFAULT, reinterpret_cast<H5E_auto2_t>(error_function_), error_data_);
}

bool Hdf5File::is_open() const { return file_ >= 0; }

std::optional<Hdf5Index> Hdf5File::index() {
  const Handle root(H5Gopen2(file_, "/", H5P_DEFAULT), H5Gclose);
  Walk walk;
  if (root.ok() && walk.group(root, "", 0)) return walk.take();
  sound_ = false;
  return std::nullopt;
}

bool Hdf5File::read(const std::string& path, std::span<float> values) {
  sound_ = sound_ && try_read(path, values);
  return sound_;
}

bool Hdf5File::try_read(const std::string& path, std::span<float> values) const {
  const Handle dataset(H5Dopen2(file_, path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.ok() || !is_plain(dataset)) return false;
  const Handle space(H5Dget_space(dataset), H5Sclose);
  if (!space.ok() || H5Sget_simple_extent_npoints(space) != static_cast<hssize_t>(values.size())) {
    return false;
  }
  return H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0;
}

}  // namespace verger
