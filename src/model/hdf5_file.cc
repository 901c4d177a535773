// SPDX-License-Identifier: Apache-2.0
#include "model/hdf5_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "model/hdf5_array.h"
#include "model/hdf5_group.h"
#include "model/hdf5_object.h"

namespace verger {

namespace {

// More than any Keras file of this net has (about 600 objects, 6 levels).
constexpr std::size_t kMaxObjects = 20'000;
constexpr int kMaxDepth = 12;

constexpr std::array<uint8_t, 8> kSignature = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

// The file from its superblock on; empty when there is none.
Bytes from_signature(Bytes bytes) {
  for (std::size_t at = 0; at + kSignature.size() <= bytes.size(); at = at == 0 ? 512 : 2 * at) {
    if (std::ranges::equal(bytes.subspan(at, kSignature.size()), kSignature)) {
      return bytes.subspan(at);
    }
  }
  return {};
}

// Where the superblock says that the root group's header is. Addresses count from the superblock,
// whatever base it names: so the library does when a block was put before it.
std::optional<uint64_t> root_address(Bytes file) {
  Hdf5Cursor at(file);
  at.skip(kSignature.size());
  const uint64_t version = at.number(1);
  const bool symbol_tables = version <= 1;
  if (version > 3) return std::nullopt;
  if (symbol_tables) at.skip(4);                             // versions of other parts
  const bool wide = at.number(1) == 8 && at.number(1) == 8;  // addresses, lengths
  at.skip(symbol_tables ? 1 + 2 * 2 + 4 : 1);                // sizes of B-trees' nodes, flags
  if (version == 1) at.skip(4);
  const uint64_t base = at.number(8);
  at.skip(8);  // free space, or the superblock's extension
  const uint64_t end = at.number(8);
  if (symbol_tables) at.skip(8 + 8);  // driver; the name of the root
  const uint64_t root = at.number(8);
  if (!at.ok() || !wide || end < base || end - base > file.size()) return std::nullopt;
  return root;
}

// Goes through the groups below the root.
class Walk {
 public:
  explicit Walk(Bytes file) : file_(file) {}

  bool group(const Hdf5Object& object, const std::string& path, int depth) {
    if (depth > kMaxDepth) return false;
    const auto links = hdf5_links(file_, object, budget_);
    return links && std::ranges::all_of(*links, [&](const Hdf5Link& link) {
             return visit(link.address, path.empty() ? link.name : path + "/" + link.name, depth);
           });
  }

  Hdf5Index index;
  std::map<std::string, uint64_t, std::less<>> arrays;

 private:
  bool visit(uint64_t address, const std::string& path, int depth) {
    const auto object = Hdf5Object::read(file_, address);
    if (!object) return false;
    if (is_hdf5_group(*object)) return group(*object, path, depth + 1);
    if (!is_hdf5_array(*object)) return true;  // a named type
    index[path] = hdf5_shape(*object);
    arrays[path] = address;
    return true;
  }

  Bytes file_;
  std::size_t budget_ = kMaxObjects;
};

}  // namespace

bool has_hdf5_signature(Bytes bytes) { return !from_signature(bytes).empty(); }

Hdf5File::Hdf5File(Bytes bytes) : file_(from_signature(bytes)), root_(root_address(file_)) {
  if (!root_) return;
  const auto root = Hdf5Object::read(file_, *root_);
  Walk walk(file_);
  if (!root || !walk.group(*root, "", 0)) return;
  index_ = std::move(walk.index);
  arrays_ = std::move(walk.arrays);
}

std::optional<std::span<const float>> Hdf5File::read(const std::string& path, std::size_t count,
                                                     std::vector<float>& converted) const {
  const auto entry = arrays_.find(path);
  if (entry == arrays_.end()) return std::nullopt;
  const auto array = Hdf5Object::read(file_, entry->second);
  if (!array) return std::nullopt;
  return read_hdf5_array(file_, *array, count, converted);
}

}  // namespace verger
