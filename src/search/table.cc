// SPDX-License-Identifier: Apache-2.0
#include "search/table.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/option_name.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "image/multiversion.h"
#include "output/output_folder.h"
#include "output/records_json.h"
#include "parquet/tables.h"

namespace verger {

namespace {

constexpr std::size_t kSums = 8;  // side by side, so that none waits for the other

VERGER_MULTIVERSION
double sum_of_squares(const float* vector, std::size_t size) {
  double sums[kSums] = {};
  const auto add = [&](std::size_t lane, float x) {
    sums[lane] += static_cast<double>(x) * static_cast<double>(x);
  };
  std::size_t at = 0;
  for (; at + kSums <= size; at += kSums) {
    for (std::size_t lane = 0; lane < kSums; ++lane) add(lane, vector[at + lane]);
  }
  for (std::size_t lane = 0; at + lane < size; ++lane) add(lane, vector[at + lane]);
  double sum = 0;
  for (const double of_lane : sums) sum += of_lane;
  return sum;
}

VERGER_MULTIVERSION
void multiply_all(float* vector, std::size_t size, double by) {
  for (std::size_t i = 0; i < size; ++i) {
    vector[i] = static_cast<float>(static_cast<double>(vector[i]) * by);
  }
}

// Fills the rows from `begin` on with one part.
Status read_part_into(const Store& output, const PartInfo& part, Layout layout, std::size_t begin,
                      bool vectors, SearchTable& table) {
  const std::size_t end = begin + static_cast<std::size_t>(part.rows);
  const auto other_rows = [&] {
    return Status::io("Cannot search " + output.shown(part.name) +
                      ": it holds other rows than its run recorded; 'verger inspect' tells more.");
  };
  std::size_t at = begin;
  VERGER_RETURN_IF_ERROR(visit_pca_part(
      output, part.name, layout, table.width, [&](const FeatureRows& rows) -> Status {
        if (end - at < rows.size()) return other_rows();
        for (std::size_t i = 0; i < rows.size(); ++i, ++at) {
          table.path[at] = rows.path[i];
          table.label[at] = rows.label[i];
          if (!vectors) continue;
          const std::span<float> to(table.unit.data() + at * table.width, table.width);
          std::copy_n(rows.features.data() + i * table.width, table.width, to.data());
          scale_to_unit(to);
        }
        return {};
      }));
  return at == end ? Status() : other_rows();
}

}  // namespace

bool is_spread_row(std::size_t row, std::size_t total, std::size_t most) {
  if (total <= most) return true;
  return (row + 1) * most / total != row * most / total;
}

ReadRow read_row_of(const SearchTable& table) {
  return [&table](std::size_t row, std::span<float> vector) -> Status {
    std::ranges::copy(table.row(row), vector.begin());
    return {};
  };
}

std::vector<std::size_t> spread_rows(std::size_t total, std::size_t most) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < total; ++row) {
    if (is_spread_row(row, total, most)) rows.push_back(row);
  }
  return rows;
}

void scale_to_unit(std::span<float> vector) {
  const double sum = sum_of_squares(vector.data(), vector.size());
  if (sum == 0) return;
  multiply_all(vector.data(), vector.size(), 1 / std::sqrt(sum));
}

std::size_t SearchedOutput::rows() const {
  int64_t rows = 0;
  for (const PartInfo& part : reduction.parts) rows += part.rows;
  return static_cast<std::size_t>(rows);
}

Result<SearchedOutput> open_searched_output(const Store& output) {
  const std::string place = output.shown("");
  VERGER_ASSIGN_OR_RETURN(const bool exists, output.exists(std::string(kRunRecordName)));
  if (!exists) {
    return Status::io("No result in " + place + ": it has no " + std::string(kRunRecordName) +
                      "; name the OUTPUT of a verger run.");
  }
  SearchedOutput searched;
  VERGER_ASSIGN_OR_RETURN(searched.run, read_run_record(output));
  if (searched.run.state != "done") {
    return Status::io("The run in " + place + " did not finish, so it cannot be searched; go on " +
                      "with it by " + option_set("resume") + ".");
  }
  if (!searched.run.reduction) {
    return Status::io("The result in " + place +
                      " has no principal components to search; add them with 'verger reduce " +
                      "OUTPUT OUTPUT'.");
  }
  VERGER_ASSIGN_OR_RETURN(const auto bytes, output.read(std::string(kReductionRecordName)));
  VERGER_ASSIGN_OR_RETURN(searched.reduction, read_reduction_record(output));
  searched.reduction_sha256 = sha256_hex(bytes);
  if (searched.rows() == 0) return Status::io("The result in " + place + " has no row to search.");
  return searched;
}

Result<SearchTable> read_search_table(const Store& output, const SearchedOutput& searched,
                                      bool vectors, int threads, const CancelToken& cancel) {
  SearchTable table;
  table.width = searched.width();
  table.path.resize(searched.rows());
  table.label.resize(searched.rows());
  if (vectors) {
    table.unit.resize(searched.rows() * table.width);
  }
  std::vector<std::size_t> begin = {0};
  for (const PartInfo& part : searched.reduction.parts) {
    begin.push_back(begin.back() + static_cast<std::size_t>(part.rows));
  }
  VERGER_RETURN_IF_ERROR(
      parallel_for(searched.reduction.parts.size(), threads, cancel, [&](std::size_t i) {
        return read_part_into(output, searched.reduction.parts[i],
                              searched.run.options.output.layout, begin[i], vectors, table);
      }));
  return table;
}

}  // namespace verger
