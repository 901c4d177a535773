// SPDX-License-Identifier: Apache-2.0
#include "packed/arrow_container.h"

#include <arrow/array.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "packed/packed_row.h"

namespace verger {

namespace {

TableColumn::Kind kind_of(const arrow::DataType& type) {
  using Kind = TableColumn::Kind;
  switch (type.id()) {
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
      return Kind::kBytes;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return Kind::kText;
    case arrow::Type::DICTIONARY:  // categories
      return kind_of(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return arrow::is_integer(type.id()) ? Kind::kInteger : Kind::kOther;
  }
}

// Columns and, one level down, the fields of structs.
std::vector<TableColumn> describe(const arrow::Schema& schema) {
  std::vector<TableColumn> columns;
  for (const auto& field : schema.fields()) {
    columns.push_back({field->name(), kind_of(*field->type())});
    for (const auto& inner : field->type()->fields()) {
      const bool plain = field->type()->id() == arrow::Type::STRUCT;
      columns.push_back({field->name() + '.' + inner->name(),
                         plain ? kind_of(*inner->type()) : TableColumn::Kind::kOther});
    }
  }
  return columns;
}

// The column of a batch that bears this name; nullptr when it is not among those that were read.
std::shared_ptr<arrow::Array> column_of(const arrow::RecordBatch& batch, const std::string& path) {
  if (auto whole = batch.GetColumnByName(path)) return whole;
  const std::size_t dot = path.find('.');
  if (dot == path.npos) return nullptr;
  const auto outer = batch.GetColumnByName(path.substr(0, dot));
  if (!outer || outer->type_id() != arrow::Type::STRUCT) return nullptr;
  const auto& structs = static_cast<const arrow::StructArray&>(*outer);
  const int index = structs.struct_type()->GetFieldIndex(path.substr(dot + 1));
  if (index < 0) return nullptr;
  const auto inner = structs.GetFlattenedField(index);  // null where the struct is
  return inner.ok() ? *inner : nullptr;
}

std::optional<std::string_view> bytes_at(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return std::nullopt;
  switch (array.type_id()) {
    case arrow::Type::BINARY:
    case arrow::Type::STRING:
      return static_cast<const arrow::BinaryArray&>(array).GetView(row);
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::LARGE_STRING:
      return static_cast<const arrow::LargeBinaryArray&>(array).GetView(row);
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::STRING_VIEW:
      return static_cast<const arrow::BinaryViewArray&>(array).GetView(row);
    case arrow::Type::DICTIONARY: {
      const auto& categories = static_cast<const arrow::DictionaryArray&>(array);
      return bytes_at(*categories.dictionary(), categories.GetValueIndex(row));
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> text_at(const std::shared_ptr<arrow::Array>& array, int64_t row) {
  return array ? bytes_at(*array, row) : std::nullopt;
}

std::optional<int64_t> number_at(const std::shared_ptr<arrow::Array>& array, int64_t row) {
  if (!array || array->IsNull(row)) return std::nullopt;
  if (array->type_id() == arrow::Type::DICTIONARY) {
    const auto& categories = static_cast<const arrow::DictionaryArray&>(*array);
    return number_at(categories.dictionary(), categories.GetValueIndex(row));
  }
  if (!arrow::is_integer(array->type_id())) return std::nullopt;
  const auto scalar = array->GetScalar(row);
  const auto number = scalar.ok() ? (*scalar)->CastTo(arrow::int64()) : scalar;
  if (!number.ok() || !(*number)->is_valid) return std::nullopt;
  return static_cast<const arrow::Int64Scalar&>(**number).value;
}

constexpr const char* kStream =
    "it is an Arrow stream, as Hugging Face's save_to_disk() writes, and no Arrow file, in which "
    "rows can be found; write the rows as Parquet";

// Every message of a stream begins with this.
bool is_stream(arrow::io::RandomAccessFile& file) {
  const auto begin = file.ReadAt(0, 4);
  return begin.ok() && (*begin)->ToString() == "\xff\xff\xff\xff";
}

std::string huggingface_of(const arrow::Schema& schema) {
  const auto metadata =
      schema.metadata() ? schema.metadata()->Get("huggingface") : arrow::Result<std::string>("");
  return metadata.ok() ? *metadata : "";
}

}  // namespace

Result<std::shared_ptr<arrow::ipc::RecordBatchFileReader>> ArrowContainer::open(
    std::vector<int> fields) const {
  VERGER_ASSIGN_OR_RETURN(const auto file, file_.open());
  auto options = arrow::ipc::IpcReadOptions::Defaults();
  options.memory_pool = packed_pool();
  options.use_threads = false;
  options.included_fields = std::move(fields);
  auto reader = arrow::ipc::RecordBatchFileReader::Open(file, options);
  if (!reader.ok()) return file_.error(is_stream(*file) ? kStream : reader.status().message());
  return *std::move(reader);
}

Result<PackedListing> ArrowContainer::list(const PackedVisitor& visitor) {
  VERGER_ASSIGN_OR_RETURN(const auto whole, open({}));
  const arrow::Schema& schema = *whole->schema();
  table_columns_ = describe(schema);
  auto chosen = choose_columns(table_columns_, file_.options, file_.label().has_value());
  if (!chosen.ok()) return file_.error(chosen.error().message());
  columns_ = *chosen;
  if (!columns_.content) return PackedListing{.no_images = columns_text(table_columns_)};
  std::vector<std::string> class_names;
  if (columns_.label) {
    class_names = class_names_of(huggingface_of(schema), table_columns_[*columns_.label].path);
  }
  const RowVisit visit(file_, std::move(class_names), visitor);
  // The content would be read with the others, so a table that tells nothing else of its images is
  // read whole.
  std::vector<int> told;
  for (const auto& column : {columns_.path, columns_.label, columns_.length}) {
    if (!column) continue;
    told.push_back(schema.GetFieldIndex(table_columns_[*column].path));
    if (told.back() < 0) return file_.error("two columns are of the same name");
  }
  VERGER_ASSIGN_OR_RETURN(const auto reader, open(told));
  for (int number = 0; number < reader->num_record_batches(); ++number) {
    const auto batch = reader->ReadRecordBatch(number);
    if (!batch.ok()) return file_.error(batch.status().message());
    const arrow::Status valid = (*batch)->ValidateFull();
    if (!valid.ok()) return file_.error(valid.message());
    VERGER_RETURN_IF_ERROR(list_batch(**batch, visit));
  }
  return PackedListing();
}

Status ArrowContainer::open_listed() {
  VERGER_ASSIGN_OR_RETURN(const auto listing, list([](const PackedImage&) { return Status(); }));
  return listing.no_images.empty() ? Status() : file_.error("its column of images is gone");
}

Status ArrowContainer::list_batch(const arrow::RecordBatch& batch, const RowVisit& visit) {
  const auto column = [&](std::optional<std::size_t> number) {
    return number ? column_of(batch, table_columns_[*number].path) : nullptr;
  };
  const auto path = column(columns_.path);
  const auto label = column(columns_.label);
  const auto length = column(columns_.length);
  const int64_t begin = batches_.back();
  VERGER_RETURN_IF_ERROR(check_rows(file_, begin, batch.num_rows()));
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    VERGER_RETURN_IF_ERROR(visit({.row = begin + row,
                                  .path = text_at(path, row),
                                  .label = text_at(label, row),
                                  .label_number = number_at(label, row),
                                  .length = number_at(length, row)}));
  }
  batches_.push_back(begin + batch.num_rows());
  return {};
}

int ArrowContainer::batch_of(int64_t row) const {
  return static_cast<int>(std::ranges::upper_bound(batches_, row) - batches_.begin()) - 1;
}

std::vector<std::size_t> ArrowContainer::cut(std::span<const ImagePlace> images) const {
  std::vector<std::size_t> runs;
  int last = -1;
  for (const ImagePlace& image : images) {
    const int batch = batch_of(image.position);
    if (batch != last) runs.push_back(0);
    ++runs.back();
    last = batch;
  }
  return runs;
}

void ArrowContainer::read(std::span<const ImagePlace> images, ImageSink& sink) const {
  DeliveredCount delivered(sink);
  const Status status = read_rows(images, delivered);
  delivered.fail_rest(images.size(), status);
}

Status ArrowContainer::read_rows(std::span<const ImagePlace> images, ImageSink& sink) const {
  VERGER_ASSIGN_OR_RETURN(const auto whole, open({}));
  const std::string& content = table_columns_[*columns_.content].path;
  const int field = whole->schema()->GetFieldIndex(content.substr(0, content.find('.')));
  VERGER_ASSIGN_OR_RETURN(const auto reader, open({std::max(field, 0)}));
  const int number = batch_of(images.front().position);
  const auto batch = reader->ReadRecordBatch(number);
  if (!batch.ok()) return file_.error(batch.status().message());
  const arrow::Status valid = (*batch)->ValidateFull();
  if (!valid.ok()) return file_.error(valid.message());
  const auto column = column_of(**batch, content);
  if (!column) return file_.error("its columns changed");
  for (std::size_t i = 0; i < images.size(); ++i) {
    const int64_t row = images[i].position - batches_[static_cast<std::size_t>(number)];
    if (row >= column->length()) return file_.error("it has fewer rows than when it was listed");
    const auto bytes = bytes_at(*column, row);
    if (!sink.reserve(bytes ? static_cast<int64_t>(bytes->size()) : 0)) return {};
    auto image = [&]() -> Result<std::vector<uint8_t>> {
      if (bytes) return std::vector<uint8_t>(bytes->begin(), bytes->end());
      return file_.error("row " + format_count(images[i].position), "it holds no bytes (null)");
    }();
    if (!sink.deliver(i, std::move(image))) return {};
  }
  return {};
}

}  // namespace verger
