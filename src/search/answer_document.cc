// SPDX-License-Identifier: Apache-2.0
#include "search/answer_document.h"

#include <nlohmann/json.hpp>
#include <string>

#include "search/familiarity.h"

namespace verger {

namespace {

using nlohmann::json;

json answer_json(const Answer& answer, const SearchTable& table) {
  if (answer.rejection) {
    return {{"path", answer.path},
            {"rejected",
             {{"reason", reject_reason_name(answer.rejection->reason)},
              {"message", answer.rejection->message}}}};
  }
  json document = {
      {"path", answer.path},
      {"label", answer.votes.empty() ? json(nullptr) : json(answer.votes.front().label)},
      {"familiar", nullptr},
      {"familiarity", nullptr},
      {"votes", json::array()},
      {"neighbors", json::array()}};
  if (answer.familiarity) {
    document["familiar"] = answer.familiarity->familiar;
    document["familiarity"] = answer.familiarity->share;
  }
  for (const Vote& of_label : answer.votes) {
    document["votes"].push_back({{"label", of_label.label}, {"share", of_label.share}});
  }
  for (const Neighbour& neighbour : answer.neighbours) {
    document["neighbors"].push_back({{"path", table.path[neighbour.row]},
                                     {"label", table.label[neighbour.row]},
                                     {"row", neighbour.row},
                                     {"cosine", neighbour.cosine}});
  }
  return document;
}

// How `familiar` was told.
json familiarity_json(const Familiarity* known) {
  if (known == nullptr) return nullptr;
  return {{"measured", known->measured()},
          {"metric", known->metric()},
          {"false_alarms", known->false_alarms()}};
}

}  // namespace

json searched_json(const Searcher& searcher) {
  return {{"output", searcher.searched().run.output},
          {"result", searcher.searched().name()},
          {"rows", searcher.table().size()},
          {"exact", searcher.index() == nullptr}};
}

json similar_json(const Searcher& searcher, const std::vector<Answer>& answers) {
  json document = searched_json(searcher);
  document["untrained"] = searcher.searched().run.untrained();
  document["familiarity"] = familiarity_json(searcher.familiarity());
  document["queries"] = json::array();
  for (const Answer& answer : answers) {
    document["queries"].push_back(answer_json(answer, searcher.table()));
  }
  return document;
}

}  // namespace verger
