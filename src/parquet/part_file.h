// SPDX-License-Identifier: Apache-2.0
// Opening Parquet files that may be damaged.
#pragma once

#include <parquet/file_reader.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "storage/store.h"
#include "verger/status.h"

namespace verger {

// kIo: "Cannot read file:/x.parquet: …". `cause` may be a library's text of several lines.
Status part_error(const std::string& place, std::string_view cause);

// Pages' checksums will be verified, and pages beyond 128 MiB refused. Throws what the Parquet
// library throws.
Result<std::unique_ptr<parquet::ParquetFileReader>> open_part_file(const Store& store,
                                                                   const std::string& name);

// The same of a file in memory; borrows `bytes`.
std::unique_ptr<parquet::ParquetFileReader> open_part_bytes(std::span<const uint8_t> bytes);

// What the Parquet library throws at a damaged file while `call()`, which returns a Status or a
// Result, is at it becomes part_error().
template <class Call>
auto guard_part(const std::string& place, const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return part_error(place, error.what());
  }
}

// Calls `read(parquet::ParquetFileReader&)`, which returns a Result, on what `open` opens, guarded.
template <class Open, class Read>
auto read_part(const std::string& place, const Open& open, const Read& read)
    -> decltype(read(std::declval<parquet::ParquetFileReader&>())) {
  using Answer = decltype(read(std::declval<parquet::ParquetFileReader&>()));
  return guard_part(place, [&]() -> Answer {
    Result<std::unique_ptr<parquet::ParquetFileReader>> file = open();
    if (!file.ok()) return std::move(file).error();
    return read(**file);
  });
}

template <class Read>
auto read_part_file(const Store& store, const std::string& name, const Read& read) {
  return read_part(store.shown(name), [&] { return open_part_file(store, name); }, read);
}

template <class Read>
auto read_part_bytes(std::span<const uint8_t> bytes, const std::string& place, const Read& read) {
  return read_part(place, [&] { return open_part_bytes(bytes); }, read);
}

}  // namespace verger
