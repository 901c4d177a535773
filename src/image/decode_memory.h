// SPDX-License-Identifier: Apache-2.0
// How much memory large images may take at once, over all threads of the process.
#pragma once

#include <cstddef>
#include <optional>

#include "base/byte_budget.h"
#include "image/bytes.h"
#include "verger/options.h"

namespace verger {

// The bound; by default half of memory_limit() (base/memory_limit.h).
// Once, before any image is read.
void set_decode_memory(std::size_t bytes);

// About what decoding and resizing takes: some rows and the weights for each side, and all of what
// cannot come row by row: the coefficients of a JPEG of several scans (progressive ones have them),
// the pixels of an interlaced PNG. 0 where nothing is decoded.
std::size_t memory_to_decode(Bytes bytes, const ImageOptions& options);

// Waits until there is room for so much; the share goes back at the claim's end. An image that
// needs more than the bound waits until it is alone. Small ones need no claim. Thread-safe.
std::optional<ByteBudget::Claim> claim_decode_memory(std::size_t bytes);

}  // namespace verger
