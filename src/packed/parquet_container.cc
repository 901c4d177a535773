#include "packed/parquet_container.h"

#include <arrow/io/caching.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <optional>
#include <string>

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
  TableColumn found{.path = column.path()->ToDotString()};
  if (column.max_repetition_level() > 0) return found;
  const bool text =
      column.logical_type()->is_string() || column.converted_type() == parquet::ConvertedType::UTF8;
  switch (column.physical_type()) {
    case parquet::Type::BYTE_ARRAY:
      found.kind = text ? Kind::kText : Kind::kBytes;
      break;
    case parquet::Type::INT32:
    case parquet::Type::INT64:
      found.kind = Kind::kInteger;
      break;
    default:
      break;
  }
  return found;
}

// A column of text or integers of one row group, value by value as text.
class Texts {
 public:
  Texts(parquet::RowGroupReader& group, std::optional<std::size_t> column) {
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

  // The next one; nothing for a null, or without such a column. Sets `ended` past the last.
  std::optional<std::string> next(bool& ended) {
    if (texts_)
      return take(*texts_, ended, [](const auto& v) { return std::string(std::string_view(v)); });
    if (integers_) return take(*integers_, ended, [](auto value) { return std::to_string(value); });
    if (longs_) return take(*longs_, ended, [](auto value) { return std::to_string(value); });
    return std::nullopt;
  }

 private:
  template <class Leaf, class Show>
  static std::optional<std::string> take(Leaf& leaf, bool& ended, const Show& show) {
    std::optional<std::string> text;
    if (!leaf.valid()) return ended = true, text;
    if (!leaf.is_null()) text = show(leaf.value());
    leaf.advance();
    return text;
  }

  std::optional<Leaf<parquet::ByteArrayType>> texts_;
  std::optional<Leaf<parquet::Int32Type>> integers_;
  std::optional<Leaf<parquet::Int64Type>> longs_;
};

}  // namespace

template <class Then>
Status ParquetContainer::open_table(const Then& then) {
  const auto open = [&]() -> Result<std::unique_ptr<parquet::ParquetFileReader>> {
    VERGER_ASSIGN_OR_RETURN(auto file, file_.open());
    return parquet::ParquetFileReader::Open(std::move(file), properties(false));
  };
  return read_part(file_.path(), open, [&](parquet::ParquetFileReader& reader) -> Status {
    metadata_ = reader.metadata();
    std::vector<TableColumn> columns;
    for (int i = 0; i < metadata_->num_columns(); ++i) {
      columns.push_back(describe(*metadata_->schema()->Column(i)));
    }
    auto chosen = choose_columns(columns, file_.label_column);
    if (!chosen.ok()) return file_.error(chosen.error().message());
    columns_ = *chosen;
    groups_ = {0};
    for (int number = 0; number < metadata_->num_row_groups(); ++number) {
      const int64_t rows = metadata_->RowGroup(number)->num_rows();
      VERGER_RETURN_IF_ERROR(check_rows(file_, groups_.back(), rows));
      groups_.push_back(groups_.back() + rows);
    }
    return then(reader);
  });
}

Status ParquetContainer::list(const PackedVisitor& visitor) {
  return open_table([&](parquet::ParquetFileReader& reader) { return list_rows(reader, visitor); });
}

Status ParquetContainer::open_listed() {
  return open_table([](parquet::ParquetFileReader&) { return Status(); });
}

Status ParquetContainer::list_rows(parquet::ParquetFileReader& reader,
                                   const PackedVisitor& visitor) {
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
    Texts paths(*group, columns_.path);
    Texts labels(*group, columns_.label);
    Texts lengths(*group, columns_.length);
    bool ended = false;
    for (int64_t row = groups_[at]; row < groups_[at + 1]; ++row) {
      PackedRow told_row{row, paths.next(ended), labels.next(ended), lengths.next(ended)};
      if (ended) return file_.error("a column has fewer rows than it says");
      VERGER_RETURN_IF_ERROR(visit_row(file_, std::move(told_row), visitor));
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
  Leaf<parquet::ByteArrayType> content(*group, static_cast<int>(columns_.content), 1);
  int64_t row = groups_[static_cast<std::size_t>(number)];
  for (std::size_t i = 0; i < images.size(); ++i) {
    content.skip(images[i].position - row);
    row = images[i].position + 1;
    if (!content.valid()) return i;
    const bool null = content.is_null();
    const int64_t size = null ? 0 : content.value().len;
    if (!sink.reserve(size)) return i;
    auto bytes = [&]() -> Result<std::vector<uint8_t>> {
      if (null) return file_.error("row " + std::to_string(row - 1), "it holds no bytes (null)");
      const uint8_t* begin = content.value().ptr;
      return std::vector<uint8_t>(begin, begin + size);
    }();
    content.advance();
    if (!sink.deliver(i, std::move(bytes))) return i;
  }
  return images.size();
}

}  // namespace verger
