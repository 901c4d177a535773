// SPDX-License-Identifier: Apache-2.0
#include "search/duplicates.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/place.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "command.h"
#include "flags.h"
#include "search/answer_document.h"
#include "searching.h"

namespace verger::cli {

namespace {

using nlohmann::json;

struct DuplicatesArguments {
  CommonArguments common;
  DuplicateOptions duplicates;
  bool json = false;
};

int64_t conflicts_of(const Duplicates& duplicates) {
  return std::ranges::count(duplicates.groups, true, &DuplicateGroup::label_conflict);
}

json group_json(const DuplicateGroup& group, const SearchTable& table) {
  json document = {{"representative", table.path[group.representative]},
                   {"label_conflict", group.label_conflict},
                   {"confirmed", group.confirmed},
                   {"images", json::array()}};
  for (const std::size_t row : group.rows) {
    document["images"].push_back({{"path", table.path[row]}, {"label", table.label[row]}});
  }
  return document;
}

json pair_json(const DuplicatePair& pair, const SearchTable& table) {
  return {{"first", table.path[pair.first]},
          {"second", table.path[pair.second]},
          {"cosine", pair.cosine},
          {"distance", pair.confirmed ? json(pair.distance) : json(nullptr)},
          {"confirmed", pair.confirmed}};
}

void print_json(const Duplicates& duplicates, const Searcher& searcher) {
  json document = searched_json(searcher);
  document["candidates"] = duplicates.candidates;
  document["pictures"] = duplicates.pictures;
  document["unread"] = duplicates.unread;
  document["label_conflicts"] = conflicts_of(duplicates);
  document["groups"] = json::array();
  document["pairs"] = json::array();
  for (const auto& group : duplicates.groups) {
    document["groups"].push_back(group_json(group, searcher.table()));
  }
  for (const auto& pair : duplicates.pairs) {
    document["pairs"].push_back(pair_json(pair, searcher.table()));
  }
  print_document(document);
}

void print_text(const Duplicates& duplicates, const Searcher& searcher) {
  const SearchTable& table = searcher.table();
  int64_t copies = 0;
  for (const auto& group : duplicates.groups) {
    copies += static_cast<int64_t>(group.rows.size()) - 1;
    std::printf("%s%s%s\n", printable(written_place(table.path[group.representative])).c_str(),
                group.label_conflict ? "  LABELS DIFFER" : "",
                group.confirmed ? "" : "  (not confirmed by pixels)");
    for (const std::size_t row : group.rows) {
      if (row == group.representative) continue;
      std::printf("  %s%s\n", printable(written_place(table.path[row])).c_str(),
                  table.label[row] == table.label[group.representative]
                      ? ""
                      : ("  labelled " + printable(table.label[row])).c_str());
    }
  }
  std::printf("%s%s of %s %s of another, in %s; in %s the labels differ\n",
              duplicates.groups.empty() ? "" : "\n", format_count(copies).c_str(),
              format_count(table.size(), "photograph").c_str(),
              copies == 1 ? "is a copy" : "are copies",
              format_count(duplicates.groups.size(), "group").c_str(),
              format_count(conflicts_of(duplicates)).c_str());
}

void tell_limits(Console& console, const DuplicateOptions& options, const Duplicates& duplicates) {
  if (!options.pixels) {
    console.warning(
        "Without pixels only copies that lost nothing are found; those saved again at a lower "
        "quality or resized are not.");
  } else if (duplicates.unread > 0) {
    console.warning(format_count(duplicates.unread, "photograph") +
                    " could not be read again, so that of them only copies that lost "
                    "nothing are found, not confirmed by pixels.");
  }
}

Status list_duplicates(const DuplicatesArguments& arguments, const SearchContext& search) {
  const Searcher& searcher = search.searcher;
  DuplicateOptions duplicates = arguments.duplicates;
  duplicates.threads = search.threads;
  VERGER_ASSIGN_OR_RETURN(const auto copies,
                          find_duplicates(searcher.table(), searcher.index(),
                                          read_by_path(arguments.common.options.storage),
                                          searcher.searched().run.options.image, duplicates,
                                          search.interrupt.token(), search.observer));
  tell_limits(search.console, duplicates, copies);
  if (arguments.json) {
    print_json(copies, searcher);
  } else {
    print_text(copies, searcher);
  }
  return {};
}

Status search_duplicates(const DuplicatesArguments& arguments) {
  VERGER_RETURN_IF_ERROR(arguments.duplicates.validate());
  return do_search(arguments.common, false,
                   [&](const SearchContext& search) { return list_duplicates(arguments, search); });
}

}  // namespace

void add_duplicates(Command& program) {
  const auto arguments = std::make_shared<DuplicatesArguments>();
  DuplicateOptions& duplicates = arguments->duplicates;
  Command& command = program.subcommand(
      "duplicates", "Find near-identical photographs, and those of them whose labels differ");
  add_result(command, "OUTPUT", arguments->common.output);
  command.option(kTolerance, &duplicates.tolerance);
  command.option(kSimilarity, &duplicates.similarity);
  command.option({.name = "pixels",
                  .group = kResultsGroup,
                  .help = "Read the photographs again to compare their pixels",
                  .off = "Go by the components alone: do not read the photographs again"},
                 &duplicates.pixels);
  command.run_options(kTakenByDuplicates, arguments->common.options);
  add_json(command, arguments->json);
  add_log_format(command, arguments->common.log_format);
  command.example("verger duplicates Results");
  command.notes(
      "The photographs are read again where the tables say that they are; of those that are not "
      "there only copies without loss are found.");
  command.action([arguments] { return search_duplicates(*arguments); });
}

}  // namespace verger::cli
