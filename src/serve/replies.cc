// SPDX-License-Identifier: Apache-2.0
#include "serve/replies.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/json_text.h"
#include "base/numbers.h"
#include "report/thumbnails.h"
#include "search/answer_document.h"

namespace verger {

namespace {

constexpr int kThumbnailPixels = 192;  // a side

}  // namespace

WebReply similar_reply(const ServedResult& result, std::span<const Photograph> photographs,
                       int neighbors, ServeMetrics& metrics) {
  const auto answers = result.answer(photographs, neighbors);
  if (!answers.ok()) return error_reply(500, answers.error().message());
  int64_t rejected = 0;
  for (const Answer& answer : *answers) rejected += answer.rejection ? 1 : 0;
  const auto count = static_cast<int64_t>(answers->size());
  metrics.photographs(count - rejected, rejected);
  return {.status = rejected == count ? 422 : 200,
          .content_type = "application/json",
          .body = json_text(similar_json(result.searcher, *answers)) + '\n',
          .headers = {{"Cache-Control", "no-store"}}};
}

WebReply thumbnail_reply(const ServedResult& result, std::string_view place) {
  const WebReply absent = error_reply(404, "There is no such photograph.");
  const std::string name = result.searcher.searched().name() + '/';
  if (!place.starts_with(name)) return absent;
  const auto row = whole_number(place.substr(name.size()));
  const auto& paths = result.searcher.table().path;
  if (!row || static_cast<std::size_t>(*row) >= paths.size() || !result.input) return absent;
  const auto picture =
      thumbnail_of(*result.input, paths[static_cast<std::size_t>(*row)], kThumbnailPixels);
  if (!picture) return absent;
  return {.content_type = "image/jpeg",
          .body = std::string(picture->begin(), picture->end()),
          .headers = {{"Cache-Control", "private, max-age=86400, immutable"}}};
}

}  // namespace verger
