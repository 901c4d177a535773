// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "s3/client.h"
#include "storage/store.h"

namespace verger {

// An object being written: one PUT when it has at most 10 MiB, else an upload in parts, of which up
// to four are under way at once. `place`: for the errors.
std::unique_ptr<PendingFile> new_s3_file(std::shared_ptr<S3Client> client, std::string key,
                                         std::string place);

}  // namespace verger
