// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/place.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "command.h"
#include "flags.h"
#include "output/saved_model.h"
#include "search/answer_document.h"
#include "search/confusions.h"
#include "search/recognition.h"
#include "searching.h"

namespace verger::cli {

namespace {

using nlohmann::json;

struct SimilarArguments {
  std::vector<std::string> queries;
  CommonArguments common;
  SimilarOptions similar;
  bool confusions = false;
  bool json = false;
};

void print_text(const Answer& answer, const SearchTable& table) {
  if (answer.rejection) {
    std::printf("%s\n  not read (%s): %s\n", printable(answer.shown).c_str(),
                std::string(reject_reason_name(answer.rejection->reason)).c_str(),
                printable(answer.rejection->message).c_str());
    return;
  }
  std::string verdict;
  for (const Vote& of_label : answer.votes) {
    verdict += (verdict.empty() ? "" : ", ") + printable(of_label.label) + ' ' +
               format_percent(of_label.share);
  }
  std::printf("%s\n  votes: %s\n", printable(answer.shown).c_str(), verdict.c_str());
  if (answer.familiarity && !answer.familiarity->familiar) {
    std::printf("  not familiar: of the result's own photographs %s are as far from the others\n",
                format_percent(answer.familiarity->share).c_str());
  }
  int widest = 0;
  for (const Neighbour& neighbour : answer.neighbours) {
    widest = std::max(widest, display_width(printable(table.label[neighbour.row])));
  }
  for (const Neighbour& neighbour : answer.neighbours) {
    const std::string label = printable(table.label[neighbour.row]);
    const std::string gap(static_cast<std::size_t>(widest - display_width(label)), ' ');
    std::printf("  %7.4f  %s%s  %s\n", static_cast<double>(neighbour.cosine), label.c_str(),
                gap.c_str(), printable(written_place(table.path[neighbour.row])).c_str());
  }
}

Status report(const std::vector<Answer>& answers, const Searcher& searcher, bool as_json) {
  if (as_json) print_document(similar_json(searcher, answers));
  int64_t rejected = 0;
  for (const Answer& answer : answers) {
    if (!as_json) print_text(answer, searcher.table());
    rejected += answer.rejection ? 1 : 0;
  }
  if (rejected == 0) return {};
  return Status::io(format_count(rejected) + " of " +
                    format_count(answers.size(), "query", "queries") +
                    " could not be read; the answers say why.");
}

Status find_similar(const SimilarArguments& arguments, const SearchContext& search) {
  const RunOptions& options = arguments.common.options;
  const Searcher& searcher = search.searcher;
  VERGER_ASSIGN_OR_RETURN(const auto model, load_model(search.store));
  VERGER_ASSIGN_OR_RETURN(const auto queries, find_queries(searcher, arguments.queries,
                                                           options.input, options.storage));
  const RunRecord& run = searcher.searched().run;
  warn_if_untrained(search.console, run.untrained());
  LoadedNetwork network;
  const auto photographs =
      std::ranges::count_if(queries, [](const Query& query) { return !query.row; });
  if (photographs > 0) {
    VERGER_ASSIGN_OR_RETURN(
        network, load_network(network_of(options.model, model, run), options.storage,
                              search.threads, watch_download(search.console, search.interrupt)));
  }
  SimilarOptions similar = arguments.similar;
  similar.threads = search.threads;
  if (photographs > 1) search.observer.stage_started("similar", photographs);
  VERGER_ASSIGN_OR_RETURN(
      const auto answers,
      answer_queries(searcher, model, network.model.get(), run.options.image, queries, similar,
                     {search.interrupt.token(), search.observer}));
  search.observer.stage_finished();
  return report(answers, searcher, arguments.json);
}

void print_confusions(const Confusions& confusions) {
  const std::string measured = confusions.measured == confusions.rows
                                   ? "all " + format_count(confusions.rows)
                                   : format_count(confusions.measured) + " of " +
                                         format_count(confusions.rows) + ", spread evenly,";
  std::printf(
      "Of %s photographs %s nearest to one of another class:\n", measured.c_str(),
      (format_count(confusions.confused) + (confusions.confused == 1 ? " is" : " are")).c_str());
  for (const Confusion& confusion : confusions.confusions) {
    std::printf("  %s of %s  %s  nearest to  %s\n", format_count(confusion.images).c_str(),
                format_count(confusion.of).c_str(), printable(confusion.label).c_str(),
                printable(confusion.nearest_label).c_str());
  }
}

Status show_confusions(const SimilarArguments& arguments, const SearchContext& search) {
  const SearchedOutput& searched = search.searcher.searched();
  warn_if_untrained(search.console, searched.run.untrained());
  const CancelToken& cancel = search.interrupt.token();
  SearchTable read;
  if (search.searcher.index() != nullptr) {
    VERGER_ASSIGN_OR_RETURN(
        read, read_search_table(search.store, searched, true, search.threads, cancel));
  }
  const SearchTable& table = read.size() > 0 ? read : search.searcher.table();
  VERGER_ASSIGN_OR_RETURN(const Confusions confusions,
                          find_confusions(table, search.threads, {cancel, search.observer}));
  if (!arguments.json) {
    print_confusions(confusions);
    return {};
  }
  json document = searched_json(search.searcher);
  document["untrained"] = searched.run.untrained();
  document["confusions"] = confusions_json(confusions, table, confusions.confusions.size());
  print_document(document);
  return {};
}

Status search_similar(const SimilarArguments& arguments) {
  VERGER_RETURN_IF_ERROR(arguments.similar.validate());
  if (arguments.queries.empty() != arguments.confusions) {
    return Status::invalid_argument(
        "Give either a QUERY, a photograph to look for, or --confusions.");
  }
  return do_search(arguments.common, !arguments.confusions, [&](const SearchContext& search) {
    return arguments.confusions ? show_confusions(arguments, search)
                                : find_similar(arguments, search);
  });
}

}  // namespace

void add_similar(Command& program) {
  const auto arguments = std::make_shared<SimilarArguments>();
  Command& command = program.subcommand(
      "similar", "Name what photographs show, by those of a result that are nearest to them");
  command.place({.name = "QUERY",
                 .value = "FILE",
                 .help = "Photographs, folders of them, or paths of the result's own rows",
                 .unset = "with --confusions: none"},
                &arguments->queries);
  command
      .option({.name = "in",
               .group = kResultsGroup,
               .value = "FOLDER",
               .help = "Output of an earlier run"},
              &arguments->common.output)
      .required = true;
  command.option(kNeighbors, &arguments->similar.neighbors);
  command.option({.name = "confusions",
                  .group = kResultsGroup,
                  .help = "In place of queries: whose photographs are nearest to those of another "
                          "class"},
                 &arguments->confusions);
  command.run_options(kTakenBySimilar, arguments->common.options);
  add_json(command, arguments->json);
  add_log_format(command, arguments->common.log_format);
  command.example("verger similar fruit.jpg --in Results -n 10");
  command.notes(
      "Photographs are compared by the cosine of their principal components, and one that shows "
      "something else than those of the result is told. The weights must be those of the run; exit "
      "code 3 when a query could not be read.");
  command.action([arguments] { return search_similar(*arguments); });
}

}  // namespace verger::cli
