// SPDX-License-Identifier: Apache-2.0
#include "bindings/arrow_export.h"
#include "base/numbers.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace verger::python {

namespace {

// What lies behind an exported struct: its children, and what they point to.
template <class T>
struct Exported {
  std::shared_ptr<const FeatureColumns> columns;  // keeps the buffers
  std::array<const void*, 3> buffers{};
  std::vector<T> children;
  std::vector<T*> pointers;
};

template <class T>
void release(T* exported) {
  auto* own = static_cast<Exported<T>*>(exported->private_data);
  for (T& child : own->children) {
    if (child.release != nullptr) child.release(&child);  // else the receiver moved it away
  }
  delete own;
  exported->release = nullptr;
}

template <class T>
void adopt_children(T* parent, Exported<T>* own, std::vector<T> children) {
  own->children = std::move(children);
  for (T& child : own->children) own->pointers.push_back(&child);
  parent->n_children = static_cast<int64_t>(own->pointers.size());
  parent->children = own->pointers.data();
  parent->release = release<T>;
  parent->private_data = own;
}

ArrowSchema schema_of(const char* format, const char* name, int64_t flags,
                      std::vector<ArrowSchema> children = {}) {
  ArrowSchema schema{};
  schema.format = format;
  schema.name = name;
  schema.flags = flags;
  adopt_children(&schema, new Exported<ArrowSchema>(), std::move(children));
  return schema;
}

using Buffers = std::vector<const void*>;

ArrowArray array_of(const std::shared_ptr<const FeatureColumns>& columns, std::size_t length,
                    int64_t nulls, const Buffers& buffers, std::vector<ArrowArray> children = {}) {
  auto* own = new Exported<ArrowArray>();
  own->columns = columns;
  std::ranges::copy(buffers, own->buffers.begin());
  ArrowArray array{};
  array.length = static_cast<int64_t>(length);
  array.null_count = nulls;
  array.n_buffers = static_cast<int64_t>(buffers.size());
  array.buffers = own->buffers.data();
  adopt_children(&array, own, std::move(children));
  return array;
}

ArrowArray text_array(const std::shared_ptr<const FeatureColumns>& columns,
                      const TextColumn& column) {
  return array_of(columns, columns->rows, column.nulls,
                  {column.valid.data(), column.offsets.data(), column.text.data()});
}

class ColumnBuilder {
 public:
  ColumnBuilder(ArrowColumn& column, std::size_t rows) : column_(column) {
    column_.valid.resize((rows + 7) / 8);
    column_.offsets.reserve(rows + 1);
    column_.offsets.push_back(0);
  }

  void add_null() { add(0, false); }
  void add(std::size_t length) { add(length, true); }

 private:
  void add(std::size_t length, bool valid) {
    const std::size_t row = column_.offsets.size() - 1;
    if (valid) column_.valid[row / 8] |= static_cast<uint8_t>(1 << (row % 8));
    if (!valid) column_.nulls += 1;
    column_.offsets.push_back(column_.offsets.back() + static_cast<int32_t>(length));
  }

  ArrowColumn& column_;
};

void add_text(ColumnBuilder& builder, TextColumn& column, std::string_view text) {
  column.text += text;
  builder.add(text.size());
}

void fill(FeatureColumns& columns, const FeatureTable& table) {
  ColumnBuilder lists(columns.lists, columns.rows);
  ColumnBuilder reason(columns.reason, columns.rows);
  ColumnBuilder message(columns.message, columns.rows);
  for (const auto& rejection : table.rejections) {
    if (rejection) {
      lists.add_null();
      add_text(reason, columns.reason, reject_reason_name(rejection->reason));
      add_text(message, columns.message, rejection->message);
    } else {
      lists.add(columns.width);
      reason.add_null();
      message.add_null();
    }
  }
}

// Moves the rows that were not rejected to the front.
void close_gaps(FeatureTable& table) {
  auto end = table.features.begin();
  for (std::size_t row = 0; row < table.rejections.size(); ++row) {
    if (table.rejections[row]) continue;
    const auto from = table.features.begin() + static_cast<std::ptrdiff_t>(row * table.width);
    if (from != end) std::copy_n(from, table.width, end);
    end += static_cast<std::ptrdiff_t>(table.width);
  }
  table.features.erase(end, table.features.end());
}

}  // namespace

Result<std::shared_ptr<const FeatureColumns>> make_columns(FeatureTable table) {
  constexpr std::size_t kMost = std::numeric_limits<int32_t>::max();
  if (table.features.size() > kMost) {
    return Status::invalid_argument("A batch of " + format_count(table.rejections.size()) +
                                    " images is too large; give at most " +
                                    format_count(kMost / table.width) + ".");
  }
  auto columns = std::make_shared<FeatureColumns>();
  columns->rows = table.rejections.size();
  columns->width = table.width;
  fill(*columns, table);
  close_gaps(table);
  columns->features = std::move(table.features);
  return std::shared_ptr<const FeatureColumns>(std::move(columns));
}

void export_schema(ArrowSchema* to) {
  *to = schema_of(
      "+s", "", 0,
      {schema_of("+l", "features", kArrowNullable, {schema_of("f", "item", 0)}),
       schema_of("u", "reason", kArrowNullable), schema_of("u", "message", kArrowNullable)});
}

void export_batch(const std::shared_ptr<const FeatureColumns>& columns, ArrowArray* to) {
  const FeatureColumns& of = *columns;
  const ArrowArray values = array_of(columns, of.features.size(), 0, {nullptr, of.features.data()});
  const ArrowArray lists = array_of(columns, of.rows, of.lists.nulls,
                                    {of.lists.valid.data(), of.lists.offsets.data()}, {values});
  *to = array_of(columns, of.rows, 0, {nullptr},
                 {lists, text_array(columns, of.reason), text_array(columns, of.message)});
}

}  // namespace verger::python
