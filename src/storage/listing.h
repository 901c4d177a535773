// SPDX-License-Identifier: Apache-2.0
// INPUT → the sorted list of images.
#pragma once

#include <functional>

#include "plan/selection.h"
#include "storage/sorted_list.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// Takes a file that `selection` takes, as image or as container.
using SelectedVisitor = std::function<Status(FileEntry, Selection::Kind)>;

// Walks through `input` as its options say; in any order. `selection` counts what is passed over.
Status visit_selected(const Store& input, const InputOptions& options, Selection& selection,
                      const SelectedVisitor& visitor);

// A file as a row of a list that is sorted by the files' names, and back.
ListRow row_of(FileEntry file);
FileEntry file_of(ListRow row);

// The images that `selection` takes, as rows of row_of(). `container` is given each container;
// `image`, if given, is told of each image.
Result<SortedList> list_selected(const Store& input, const InputOptions& options,
                                 Selection& selection,
                                 const std::function<Status(FileEntry)>& container,
                                 const std::function<void()>& image = {});

// The images, as rows of row_of(); containers beside them are passed over. `image`, if given, is
// told of each. No image is kIo, as no_images() says.
Result<SortedList> list_images(const Store& input, const InputOptions& options,
                               PassedOver& passed_over, const std::function<void()>& image = {});

// kIo: there is no such image, naming the pattern, the place and what was found there.
Status no_images(const Store& input, const InputOptions& options, const PassedOver& passed_over);

}  // namespace verger
