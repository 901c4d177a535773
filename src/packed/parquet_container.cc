// SPDX-License-Identifier: Apache-2.0
#include "packed/parquet_container.h"

#include <arrow/io/caching.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "packed/packed_row.h"
#include "parquet/bounded_pool.h"
#include "parquet/leaf.h"
#include "parquet/part_file.h"

namespace verger {

namespace {

parquet::ReaderProperties properties(bool buffered) {
  parquet::ReaderProperties properties(packed_pool());
  properties.set_page_checksum_verification(true);
  if (buffered) {
    properties.enable_buffered_stream();
    properties.set_buffer_size(kReadBytes);
  }
  return properties;
}

TableColumn describe(const parquet::ColumnDescriptor& column) {
  using Kind = TableColumn::Kind;
  TableColumn described{.path = column.path()->ToDotString()};
  if (column.max_repetition_level() > 0) return described;
  const bool text =
      column.logical_type()->is_string() || column.converted_type() == parquet::ConvertedType::UTF8;
  switch (column.physical_type()) {
    case parquet::Type::BYTE_ARRAY:
      described.kind = text ? Kind::kText : Kind::kBytes;
      break;
    case parquet::Type::INT32:
    case parquet::Type::INT64:
      described.kind = Kind::kInteger;
      break;
    default:
      break;
  }
  return described;
}

// A column of text or integers of one row group, value by value.
class Cells {
 public:
  Cells(parquet::RowGroupReader& group, std::optional<std::size_t> column) {
    if (!column) return;
    const int number = static_cast<int>(*column);
    switch (group.metadata()->schema()->Column(number)->physical_type()) {
      case parquet::Type::INT32:
        integers_.emplace(group, number);
        break;
      case parquet::Type::INT64:
        longs_.emplace(group, number);
        break;
      default:
        texts_.emplace(group, number);
    }
  }

  // Puts the next one into `text`, which lives until the one after, or into `number`; neither for a
  // null, or without such a column. False past the last.
  bool next(std::optional<std::string_view>& text, std::optional<int64_t>& number) {
    if (texts_) return take(*texts_, text);
    if (integers_) return take(*integers_, number);
    return !longs_ || take(*longs_, number);
  }

 private:
  template <class Leaf, class Value>
  static bool take(Leaf& leaf, std::optional<Value>& value) {
    if (!leaf.valid()) return false;
    if (!leaf.is_null()) value.emplace(leaf.value());
    leaf.advance();
    return true;
  }

  std::optional<Leaf<parquet::ByteArrayType>> texts_;
  std::optional<Leaf<parquet::Int32Type>> integers_;
  std::optional<Leaf<parquet::Int64Type>> longs_;
};

std::string huggingface_of(const parquet::FileMetaData& metadata) {
  const auto& pairs = metadata.key_value_metadata();
  const auto value = pairs ? pairs->Get("huggingface") : arrow::Result<std::string>("");
  return value.ok() ? *value : "";
}

}  // namespace

template <class Then>
Status ParquetContainer::open_table(const Then& then) {
  const auto open = [&]() -> Result<std::unique_ptr<parquet::ParquetFileReader>> {
    VERGER_ASSIGN_OR_RETURN(auto file, file_.open());
    return parquet::ParquetFileReader::Open(std::move(file), properties(false));
  };
  return read_part(file_.shown(), open, [&](parquet::ParquetFileReader& reader) -> Status {
    metadata_ = reader.metadata();
    std::vector<TableColumn> columns;
    for (int i = 0; i < metadata_->num_columns(); ++i) {
      columns.push_back(describe(*metadata_->schema()->Column(i)));
    }
    auto chosen = choose_columns(columns, file_.options, file_.label().has_value());
    if (!chosen.ok()) return file_.error(chosen.error().message());
    columns_ = *chosen;
    if (!columns_.content) {
      no_images_ = columns_text(columns);
      return {};
    }
    if (columns_.label) {
      class_names_ = class_names_of(huggingface_of(*metadata_), columns[*columns_.label].path);
    }
    groups_ = {0};
    for (int number = 0; number < metadata_->num_row_groups(); ++number) {
      const int64_t rows = metadata_->RowGroup(number)->num_rows();
      VERGER_RETURN_IF_ERROR(check_rows(file_, groups_.back(), rows));
      groups_.push_back(groups_.back() + rows);
    }
    return then(reader);
  });
}

Result<PackedListing> ParquetContainer::list(const PackedVisitor& visitor) {
  VERGER_RETURN_IF_ERROR(
      open_table([&](parquet::ParquetFileReader& reader) { return list_rows(reader, visitor); }));
  return PackedListing{.no_images = no_images_};
}

Status ParquetContainer::open_listed() {
  VERGER_RETURN_IF_ERROR(open_table([](parquet::ParquetFileReader&) { return Status(); }));
  return no_images_.empty() ? Status() : file_.error("its column of images is gone");
}

Status ParquetContainer::list_rows(parquet::ParquetFileReader& reader,
                                   const PackedVisitor& visitor) {
  const RowVisit visit(file_, class_names_, visitor);
  std::vector<int> told;
  for (const auto& column : {columns_.path, columns_.label, columns_.length}) {
    if (column) told.push_back(static_cast<int>(*column));
  }
  for (int number = 0; number < metadata_->num_row_groups(); ++number) {
    // The three lie side by side where verger wrote them: one request.
    if (!told.empty()) {
      reader.PreBuffer({number}, told, arrow::io::IOContext(packed_pool()),
                       arrow::io::CacheOptions::Defaults());
    }
    const auto group = reader.RowGroup(number);
    const auto at = static_cast<std::size_t>(number);
    Cells paths(*group, columns_.path);
    Cells labels(*group, columns_.label);
    Cells lengths(*group, columns_.length);
    for (int64_t row = groups_[at]; row < groups_[at + 1]; ++row) {
      PackedRow told_row{.row = row};
      std::optional<std::string_view> none;
      std::optional<int64_t> no_number;
      if (!paths.next(told_row.path, no_number) ||
          !labels.next(told_row.label, told_row.label_number) ||
          !lengths.next(none, told_row.length)) {
        return file_.error("a column has fewer rows than it says");
      }
      VERGER_RETURN_IF_ERROR(visit(told_row));
    }
  }
  return {};
}

int ParquetContainer::group_of(int64_t row) const {
  return static_cast<int>(std::ranges::upper_bound(groups_, row) - groups_.begin()) - 1;
}

std::vector<std::size_t> ParquetContainer::cut(std::span<const ImagePlace> images) const {
  std::vector<std::size_t> runs;
  int last = -1;
  for (const ImagePlace& image : images) {
    const int group = group_of(image.position);
    if (group != last) runs.push_back(0);
    ++runs.back();
    last = group;
  }
  return runs;
}

void ParquetContainer::read(std::span<const ImagePlace> images, ImageSink& sink) const {
  DeliveredCount delivered(sink);
  Status failure = file_.error("it has fewer rows than it had when it was listed");
  try {
    auto read = read_rows(images, delivered);
    if (!read.ok()) failure = std::move(read).error();
  } catch (const std::exception& error) {
    failure = file_.error(error.what());
  }
  // What follows damage in a row group cannot be told apart from it.
  delivered.fail_rest(images.size(), failure);
}

Result<std::size_t> ParquetContainer::read_rows(std::span<const ImagePlace> images,
                                                ImageSink& sink) const {
  VERGER_ASSIGN_OR_RETURN(auto file, file_.open());
  const auto reader =
      parquet::ParquetFileReader::Open(std::move(file), properties(true), metadata_);
  const int number = group_of(images.front().position);
  const auto group = reader->RowGroup(number);
  // A batch of one: what is read and not handed over is a page at most.
  Leaf<parquet::ByteArrayType> content(*group, static_cast<int>(*columns_.content), 1);
  int64_t row = groups_[static_cast<std::size_t>(number)];
  for (std::size_t i = 0; i < images.size(); ++i) {
    content.skip(images[i].position - row);
    row = images[i].position + 1;
    if (!content.valid()) return i;
    const bool null = content.is_null();
    const int64_t size = null ? 0 : content.value().len;
    if (!sink.reserve(size)) return i;
    auto bytes = [&]() -> Result<std::vector<uint8_t>> {
      if (null) return file_.error("row " + format_count(row - 1), "it holds no bytes (null)");
      const uint8_t* begin = content.value().ptr;
      return std::vector<uint8_t>(begin, begin + size);
    }();
    content.advance();
    if (!sink.deliver(i, std::move(bytes))) return i;
  }
  return images.size();
}

}  // namespace verger
