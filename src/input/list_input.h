// SPDX-License-Identifier: Apache-2.0
// INPUT → images, whatever holds them.
#pragma once

#include <memory>

#include "base/watch.h"
#include "input/image_source.h"
#include "plan/selection.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

struct ListedInput {
  std::unique_ptr<ImageSource> images;
  PassedOver passed_over;
  std::size_t in_input = 0;  // images, with those that a limit left out
};

// Is there anything that list_input() may take, by the names alone? Stops at the first, so that it
// tells of a wrong place before anything that takes long.
Result<bool> holds_images(const Store& input, const InputOptions& options);

// The images of `input`, sorted by the bytes of their paths:
// - of the container that it is, when it is a file whose name ends as a container's does;
// - else the image files below it, when there are any; containers beside them are passed over;
// - else what the containers below it hold.
// Nothing of all this is kIo, as are containers of a table that is read by its own log alone
// (Delta, Iceberg, Hudi, Spark's streaming). A note tells what is passed over.
// The images that `options.limit` leaves out are not among them.
Result<ListedInput> list_input(std::shared_ptr<const Store> input, const InputOptions& options,
                               const Watch& watch);

}  // namespace verger
