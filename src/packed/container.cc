// SPDX-License-Identifier: Apache-2.0
#include "packed/container.h"

#include <utility>

#include "packed/arrow_container.h"
#include "packed/parquet_container.h"
#include "packed/tar_container.h"

namespace verger {

std::unique_ptr<Container> make_container(std::shared_ptr<const Store> store, FileEntry file,
                                          const InputOptions& options) {
  const std::string path = store->display_path(file.name);
  ContainerFile place{std::move(store), std::move(file), options};
  switch (path.back()) {
    case 'r':
    case 'R':
      return std::make_unique<TarContainer>(std::move(place));
    case 'w':
    case 'W':
      return std::make_unique<ArrowContainer>(std::move(place));
    default:
      return std::make_unique<ParquetContainer>(std::move(place));
  }
}

}  // namespace verger
