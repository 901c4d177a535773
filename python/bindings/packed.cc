// What drivers of a run must agree on about packed inputs (src/plan).
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <string>
#include <vector>

#include "bindings/bindings.h"
#include "bindings/status.h"
#include "plan/packed_names.h"
#include "plan/table_columns.h"
#include "plan/tar_images.h"

namespace verger::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

namespace {

std::string text(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }
nb::bytes bytes(const std::string& text) { return nb::bytes(text.data(), text.size()); }

TableColumn::Kind kind_of(const std::string& name) {
  if (name == "bytes") return TableColumn::Kind::kBytes;
  if (name == "text") return TableColumn::Kind::kText;
  if (name == "integer") return TableColumn::Kind::kInteger;
  return TableColumn::Kind::kOther;
}

nb::tuple choose(const nb::list& columns, const std::string& label_column) {
  std::vector<TableColumn> described;
  for (const nb::handle& column : columns) {
    const auto pair = nb::cast<nb::tuple>(column);
    described.push_back({nb::cast<std::string>(pair[0]), kind_of(nb::cast<std::string>(pair[1]))});
  }
  const TableColumns chosen = value_or_raise(choose_columns(described, label_column));
  return nb::make_tuple(chosen.content, chosen.path, chosen.label, chosen.length);
}

// Hands a Python reader's bytes over; what it raises becomes an error's text.
ForwardReader::Fill fill_by(const nb::callable& read) {
  return [read](int64_t offset, std::span<uint8_t> to) -> Status {
    try {
      const auto got = nb::cast<nb::bytes>(read(offset, to.size()));
      if (got.size() != to.size()) return Status::io("it became shorter while it was read");
      std::memcpy(to.data(), got.data(), to.size());
      return {};
    } catch (const std::exception& error) {
      return Status::io(error.what());
    }
  };
}

nb::list tar_images(const nb::callable& read, int64_t size, int64_t read_ahead,
                    const nb::bytes& pattern, const std::string& label_column) {
  ForwardReader reader(fill_by(read), size, read_ahead);
  nb::list images;
  for (const auto& [member, label] :
       value_or_raise(list_tar_images(reader, text(pattern), label_column))) {
    const nb::object known = label ? nb::object(bytes(*label)) : nb::none();
    images.append(nb::make_tuple(bytes(member.name), member.regular ? member.offset : -1,
                                 member.size, known));
  }
  return images;
}

}  // namespace

void register_packed(nb::module_& module) {
  module.def(
      "is_container", [](const nb::bytes& name) { return is_container(text(name)); }, "name"_a,
      "Whether a listed file is a Parquet or Arrow table or a tar, by its name below the input.");
  module.def("row_name", row_name, "row"_a, "The name of an image that has none of its own.");
  module.def(
      "choose_columns", choose, "columns"_a, "label_column"_a,
      nb::sig("def choose_columns(columns: list[tuple[str, str]], label_column: str) -> "
              "tuple[int, int | None, int | None, int | None]"),
      "Positions of content, path, label and length among a table's columns, which are pairs "
      "of dotted path and kind: bytes, text, integer or other. OSError: a clause.");
  module.def("tar_images", tar_images, "read"_a, "size"_a, "read_ahead"_a, "pattern"_a,
             "label_column"_a,
             nb::sig("def tar_images(read: typing.Callable[[int, int], bytes], size: int, "
                     "read_ahead: int, pattern: bytes, label_column: str) -> "
                     "list[tuple[bytes, int, int, bytes | None]]"),
             "Name, offset (-1: a link), size and label (None: the folder's) of a tar's images. "
             "OSError: a clause.");
}

}  // namespace verger::python
