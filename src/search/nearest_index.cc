// SPDX-License-Identifier: Apache-2.0
#include "search/nearest_index.h"

#include <hnswlib/hnswlib.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/parallel.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "output/records_json.h"
#include "search/temporary_file.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr std::string_view kIndexFormat = "verger-index";
constexpr std::size_t kLinks = 16;           // M
constexpr std::size_t kBuildBreadth = 200;   // ef_construction
constexpr std::size_t kSearchBreadth = 400;  // ef
constexpr std::size_t kSeed = 1;             // draws the rows' levels

Status graph_error(const std::string& verb, const std::exception& error) {
  return Status::io("Cannot " + verb + " the index of nearest rows: " + error.what() + ".");
}

Status damaged(const Store& output, const std::string& cause) {
  return Status::io("The index " + output.shown(std::string(kIndexName)) + " is damaged: " + cause +
                    "; remove it and its index.json, and it is built " + "again.");
}

// _verger/search/index.json
struct IndexRecord {
  int64_t rows = 0;
  int64_t width = 0;
  std::string reduction_sha256;
  std::string sha256;  // what the index hashes to

  bool fits(const SearchedOutput& searched) const {
    return reduction_sha256 == searched.reduction_sha256 &&
           rows == static_cast<int64_t>(searched.rows()) &&
           width == static_cast<int64_t>(searched.width());
  }
};

Result<IndexRecord> read_record(const Store& output) {
  VERGER_ASSIGN_OR_RETURN(const json document, read_json(output, std::string(kIndexRecordName)));
  auto record = parse_document(kIndexFormat, document, [&] {
    return IndexRecord{.rows = parse_count(document.at("rows")),
                       .width = parse_count(document.at("width")),
                       .reduction_sha256 = document.at("reduction_sha256"),
                       .sha256 = document.at("sha256")};
  });
  if (!record.ok()) return damaged(output, record.error().message());
  return record;
}

}  // namespace

// The inner product is kept by pointer within the graph, so this is never moved.
struct NearestIndex::Graph {
  explicit Graph(std::size_t size) : width(size), space(size) {}

  const std::size_t width;
  hnswlib::InnerProductSpace space;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> rows;
};

NearestIndex::NearestIndex(std::unique_ptr<Graph> graph) : graph_(std::move(graph)) {}
NearestIndex::~NearestIndex() = default;
NearestIndex::NearestIndex(NearestIndex&&) noexcept = default;
NearestIndex& NearestIndex::operator=(NearestIndex&&) noexcept = default;

std::size_t NearestIndex::size() const { return graph_->rows->cur_element_count; }

Result<NearestIndex> NearestIndex::build(const SearchTable& table, int threads,
                                         const CancelToken& cancel, Observer& observer) {
  auto graph = std::make_unique<Graph>(table.width);
  try {
    graph->rows = std::make_unique<hnswlib::HierarchicalNSW<float>>(&graph->space, table.size(),
                                                                    kLinks, kBuildBreadth, kSeed);
    graph->rows->setEf(kSearchBreadth);
  } catch (const std::exception& error) {
    return graph_error("build", error);
  }
  const auto insert = [&](std::size_t row) -> Status {
    try {
      graph->rows->addPoint(table.row(row).data(), row);
      return {};
    } catch (const std::exception& error) {
      return graph_error("build", error);
    }
  };
  VERGER_RETURN_IF_ERROR(insert(0));  // that the others have somewhere to begin
  observer.stage_started("index", static_cast<int64_t>(table.size()));
  VERGER_RETURN_IF_ERROR(parallel_for(table.size() - 1, threads, cancel, [&](std::size_t i) {
    observer.advanced(1, 0);
    return insert(i + 1);
  }));
  observer.stage_finished();
  return NearestIndex(std::move(graph));
}

Result<std::vector<Neighbour>> NearestIndex::find(std::span<const float> query,
                                                  std::size_t neighbors) const {
  std::vector<Neighbour> neighbours;
  try {
    auto nearest = graph_->rows->searchKnn(query.data(), std::min(neighbors, size()));
    for (; !nearest.empty(); nearest.pop()) {
      neighbours.push_back({nearest.top().second, 1 - nearest.top().first});
    }
  } catch (const std::exception& error) {
    return graph_error("search", error);
  }
  std::ranges::sort(neighbours, is_nearer);
  return neighbours;
}

Result<std::vector<float>> NearestIndex::row(std::size_t number) const {
  try {
    return graph_->rows->getDataByLabel<float>(number);
  } catch (const std::exception& error) {
    return graph_error("search", error);
  }
}

ReadRow read_row_of(const NearestIndex& index) {
  return [&index](std::size_t row, std::span<float> vector) -> Status {
    VERGER_ASSIGN_OR_RETURN(const auto kept, index.row(row));
    std::ranges::copy(kept, vector.begin());
    return {};
  };
}

Result<bool> NearestIndex::is_current(const Store& output, const SearchedOutput& searched) {
  VERGER_ASSIGN_OR_RETURN(const bool exists, output.exists(std::string(kIndexRecordName)));
  if (!exists) return false;
  VERGER_ASSIGN_OR_RETURN(const IndexRecord record, read_record(output));
  return record.fits(searched);
}

Result<NearestIndex> NearestIndex::load(const Store& output, const SearchedOutput& searched) {
  VERGER_ASSIGN_OR_RETURN(const IndexRecord record, read_record(output));
  VERGER_ASSIGN_OR_RETURN(const TemporaryFile file, TemporaryFile::create());
  VERGER_ASSIGN_OR_RETURN(const std::string sha256,
                          file.copy_from(output, std::string(kIndexName)));
  if (sha256 != record.sha256) return damaged(output, "its SHA-256 is not the recorded one");
  auto graph = std::make_unique<Graph>(searched.width());
  try {
    graph->rows = std::make_unique<hnswlib::HierarchicalNSW<float>>(&graph->space, file.path());
    graph->rows->setEf(kSearchBreadth);
  } catch (const std::exception& error) {
    return damaged(output, error.what());
  }
  if (graph->rows->cur_element_count != searched.rows()) {
    return damaged(output, "it holds another number of rows than recorded");
  }
  return NearestIndex(std::move(graph));
}

Status NearestIndex::save(Store& output, const SearchedOutput& searched) const {
  VERGER_ASSIGN_OR_RETURN(const TemporaryFile file, TemporaryFile::create());
  try {
    graph_->rows->saveIndex(file.path());
  } catch (const std::exception& error) {
    return graph_error("save", error);
  }
  VERGER_RETURN_IF_ERROR(output.remove(std::string(kIndexRecordName)));
  VERGER_ASSIGN_OR_RETURN(const std::string sha256, file.copy_to(output, std::string(kIndexName)));
  return write_json(output, std::string(kIndexRecordName),
                    {{"format", kIndexFormat},
                     {"version", kJsonFormatVersion},
                     {"rows", size()},
                     {"width", graph_->width},
                     {"reduction_sha256", searched.reduction_sha256},
                     {"sha256", sha256}});
}

}  // namespace verger
