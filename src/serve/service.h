// SPDX-License-Identifier: Apache-2.0
// The service of verger serve (docs/serve.md): what photographs show, asked by HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/option.h"
#include "serve/served_result.h"
#include "verger/status.h"
#include "web/server.h"

namespace verger {

inline constexpr int kMostNeighbors = 1000;

inline constexpr OptionDeclaration kServedNeighbors{
    .name = "neighbors",
    .group = kResultsGroup,
    .value = "N",
    .help = "Nearest photographs to give, which vote on the label, unless a request says otherwise",
    .bounds = {.least = 1, .most = kMostNeighbors},
    .letter = 'n'};
inline constexpr OptionDeclaration kMaxServedPixels{
    .name = "max_pixels",
    .group = "Service",
    .value = "N",
    .help = "Reject photographs of more pixels than this",
    .bounds = {.least = 1}};
inline constexpr OptionDeclaration kMaxBody{
    .name = "max_body",
    .group = "Service",
    .value = "BYTES",
    .help = "Most bytes of a request; a larger one is refused (413)",
    .bounds = {.least = 1}};
inline constexpr OptionDeclaration kQueue{
    .name = "queue",
    .group = "Service",
    .value = "N",
    .help = "Requests that wait for a thread; others are refused (503)",
    .bounds = {.least = 1}};

struct ServeOptions {
  // Affects results.
  int neighbors = 10;               // nearest photographs to give, unless a request says otherwise
  int64_t max_pixels = 50'000'000;  // a larger photograph is rejected (too-large)

  // Affects neither the answers nor their speed.
  std::string listen = "127.0.0.1:8080";  // HOST:PORT, [ADDRESS]:PORT; port 0: a free one
  std::string token{};                    // what clients must show; empty: nothing
  int64_t max_body = 20 << 20;            // bytes of a request
  int queue = 64;                         // requests that wait for a thread

  // Affects speed.
  int threads = 1;

  Status validate() const;
};

class Service {
 public:
  // Serves when this returns. `results` outlives the service. kInvalidArgument when it cannot
  // listen there.
  static Result<std::unique_ptr<Service>> start(const ServeOptions& options,
                                                const CurrentResult& results);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  std::string address() const;  // "http://127.0.0.1:8080/"

  // Accepts no more, and returns when what had come is answered, or 8 s later.
  void stop();

 private:
  class Routes;
  explicit Service(std::unique_ptr<Routes> routes);

  std::unique_ptr<Routes> routes_;
};

}  // namespace verger
