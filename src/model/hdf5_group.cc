// SPDX-License-Identifier: Apache-2.0
// Groups: as a B-tree of symbol tables with a heap of names, or as links in the object's header.
#include "model/hdf5_group.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace verger {

namespace {

using Type = Hdf5MessageType;

constexpr std::size_t kMaxName = 256;
constexpr int kMaxLevels = 8;

bool has_mark(Hdf5Cursor& at, std::string_view mark) {
  const Bytes there = at.take(mark.size());
  return std::ranges::equal(there, mark,
                            [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); });
}

bool spend(std::size_t& budget) { return budget > 0 && budget-- > 0; }

class SymbolTable {
 public:
  SymbolTable(Bytes file, std::size_t& budget) : file_(file), budget_(budget) {}

  bool read(const Hdf5Message& message) {
    Hdf5Cursor at(message.body);
    const uint64_t tree = at.number(8);
    const uint64_t heap = at.number(8);
    return at.ok() && read_heap(heap) && read_tree(tree, kMaxLevels);
  }

  std::vector<Hdf5Link> take() { return std::move(links_); }

 private:
  Hdf5Cursor from(uint64_t address) const {
    return Hdf5Cursor(file_.subspan(std::min<uint64_t>(address, file_.size())));
  }

  bool read_heap(uint64_t address) {
    Hdf5Cursor at = from(address);
    if (!has_mark(at, "HEAP")) return false;
    at.skip(4);  // version
    const uint64_t size = at.number(8);
    at.skip(8);  // free list
    const auto names = hdf5_bytes_at(file_, at.number(8), size);
    if (!at.ok() || !names) return false;
    names_ = *names;
    return true;
  }

  // Levels go down strictly, so that no cycle is followed.
  bool read_tree(uint64_t address, int levels) {
    if (!spend(budget_)) return false;
    Hdf5Cursor at = from(address);
    if (!has_mark(at, "TREE")) return false;
    const bool of_groups = at.number(1) == 0;
    const int level = static_cast<int>(at.number(1));
    const uint64_t children = at.number(2);
    at.skip(2 * 8);  // siblings
    if (!of_groups || level >= levels) return false;
    for (uint64_t i = 0; i < children; ++i) {
      at.skip(8);  // key
      const uint64_t child = at.number(8);
      if (!at.ok() || !(level == 0 ? read_node(child) : read_tree(child, level))) return false;
    }
    return true;
  }

  bool read_node(uint64_t address) {
    if (!spend(budget_)) return false;
    Hdf5Cursor at = from(address);
    if (!has_mark(at, "SNOD")) return false;
    at.skip(2);  // version
    const uint64_t symbols = at.number(2);
    for (uint64_t i = 0; i < symbols; ++i) {
      const uint64_t name = at.number(8);
      const uint64_t object = at.number(8);
      const bool soft = at.number(4) == 2;
      at.skip(4 + 16);
      if (!at.ok() || !add(name, object, soft)) return false;
    }
    return true;
  }

  bool add(uint64_t name_at, uint64_t object, bool soft) {
    if (!spend(budget_) || name_at >= names_.size()) return false;
    const Bytes rest = names_.subspan(name_at);
    const auto end = std::ranges::find(rest, uint8_t{0});
    if (end == rest.end() || end == rest.begin()) return false;
    if (soft || end - rest.begin() > static_cast<std::ptrdiff_t>(kMaxName)) return true;
    links_.push_back({std::string(rest.begin(), end), object});
    return true;
  }

  Bytes file_;
  std::size_t& budget_;
  Bytes names_;
  std::vector<Hdf5Link> links_;
};

bool add_link(const Hdf5Message& message, std::vector<Hdf5Link>& links) {
  constexpr uint64_t kOrdered = 0x04, kTyped = 0x08, kCharset = 0x10;
  Hdf5Cursor at(message.body);
  const bool known = at.number(1) == 1;
  const uint64_t flags = at.number(1);
  const bool hard = (flags & kTyped) == 0 || at.number(1) == 0;
  at.skip(((flags & kOrdered) != 0 ? 8 : 0) + ((flags & kCharset) != 0 ? 1 : 0));
  const std::size_t size = at.number(std::size_t{1} << (flags & 3));
  const Bytes name = at.take(size);
  if (!known || !at.ok() || name.empty()) return false;
  if (!hard || size > kMaxName) return true;
  links.push_back({std::string(name.begin(), name.end()), at.number(8)});
  return at.ok();
}

// Links in a heap of their own?
bool is_dense(const Hdf5Message& info) {
  Hdf5Cursor at(info.body);
  at.skip(1);  // version
  const bool ordered = (at.number(1) & 1) != 0;
  if (ordered) at.skip(8);
  return at.number(8) != kHdf5Undefined || !at.ok();
}

}  // namespace

bool is_hdf5_group(const Hdf5Object& object) {
  return object.find(Type::kSymbolTable) != nullptr || object.find(Type::kLinkInfo) != nullptr ||
         object.find(Type::kLink) != nullptr;
}

std::optional<std::vector<Hdf5Link>> hdf5_links(Bytes file, const Hdf5Object& group,
                                                std::size_t& budget) {
  if (const Hdf5Message* message = group.find(Type::kSymbolTable)) {
    SymbolTable table(file, budget);
    if (!table.read(*message)) return std::nullopt;
    return table.take();
  }
  const Hdf5Message* info = group.find(Type::kLinkInfo);
  if (info != nullptr && is_dense(*info)) return std::nullopt;
  std::vector<Hdf5Link> links;
  for (const Hdf5Message& message : group.messages()) {
    if (message.type != Type::kLink) continue;
    if (!spend(budget) || !add_link(message, links)) return std::nullopt;
  }
  return links;
}

}  // namespace verger
