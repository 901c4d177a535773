// SPDX-License-Identifier: Apache-2.0
// What the threads of the service reply: answers and thumbnails, from one state of the result.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "search/recognition.h"
#include "serve/serve_metrics.h"
#include "serve/served_result.h"
#include "web/server.h"

namespace verger {

// The document of the photographs' answers, which are counted; 422 when none can be read.
WebReply similar_reply(const ServedResult& result, std::span<const Photograph> photographs,
                       int neighbors, ServeMetrics& metrics);

// `place`: RESULT/ROW. A row is of one state of the result, so the picture never changes.
WebReply thumbnail_reply(const ServedResult& result, std::string_view place);

}  // namespace verger
