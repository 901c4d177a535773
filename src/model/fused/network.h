// SPDX-License-Identifier: Apache-2.0
// MobileNetV2 as one pass over the image, block by block, each block in strips of rows.
//
// The convolutions of a block of Sandler et al. 2018 run together: rows of the expanded tensor are
// made when the depthwise convolution is to read them and live in a ring of a few rows, so that
// they never leave the cache; its rows are projected as soon as a few are there. The stem takes the
// place of the first block's expansion, and the mean that of the last convolution's output.
//
// float32 features have the same bits on every processor: see kernels.h.
#pragma once

#include <span>
#include <vector>

#include "base/lazy_vector.h"
#include "model/fused/kernels.h"
#include "model/fused/packed_conv.h"
#include "model/fused/workspace.h"
#include "model/mobilenet_v2.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger::fused {

// Those that this processor can run, fastest first. Of f32 the last is always the portable one; of
// other precisions there may be none.
std::span<const Kernels* const> supported_kernels(Precision precision = Precision::kF32);

// Immutable, thread-safe.
class Network {
 public:
  // For these kernels, and others of the same layouts. The first error of `weights`.
  static Result<Network> pack(const ReadLayer& weights, const Kernels& kernels = kPortableKernels);

  // Whether all weights are finite once batch normalisation is folded in.
  bool is_finite() const;

  Workspace make_workspace() const;

  // `image`: 224×224×3, NHWC; `features`: kMobileNetV2Width. Neither needs any alignment. Allocates
  // nothing, and takes a few KiB of stack. NaN in the sums makes NaN in the features.
  void run(const Kernels& kernels, const float* image, Workspace& workspace, float* features) const;

  // One part of run(), which does them in order: a block (the first with the stem) or, last, the
  // head. Each takes what the one before has left in the workspace.
  int parts() const { return static_cast<int>(blocks_.size()) + 1; }
  void run_part(const Kernels& kernels, int part, const float* image, Workspace& workspace,
                float* features) const;

 private:
  // An inverted residual block. Sides are in places, in rows and columns alike.
  struct Block {
    int expand;  // indices into convs_; the first block's is the stem
    int depthwise;
    int project;
    bool residual;
    int stride;
    int in_side;  // the side of the expanded tensor
    int out_side;
    int expand_rows;   // expanded at once
    int project_rows;  // projected at once
    int ring_rows() const { return expand_rows + 2; }
  };

  // A tensor as the next block takes it: its sum needs floats, its expansion words.
  struct Tensor {
    const float* floats;
    const float* words;
  };

  void run_block(const Kernels& kernels, const Block& block, const Tensor& in, Workspace& workspace,
                 float* out) const;
  void expand(const Kernels& kernels, const Block& block, const float* in, int row, int rows,
              float* ring) const;
  void stem(const Kernels& kernels, const float* image, int row, float* ring,
            std::ptrdiff_t ring_stride) const;
  void filter(const Kernels& kernels, const Block& block, const float* ring, int row, int rows,
              float* out) const;
  void project(const Kernels& kernels, const Block& block, const float* in, const float* filtered,
               int row, int rows, float* out) const;
  void head(const Kernels& kernels, const float* in, float* panel, float* features) const;
  const PackedConv& conv(int index) const { return convs_[static_cast<std::size_t>(index)]; }

  explicit Network(const Kernels& kernels);
  void add_blocks();
  const Layout& layout_of(std::size_t layer) const;

  Layout layout_;
  Layout first_layout_;       // the first block has its own
  LazyVector<float> packed_;  // the weights of all convolutions, in the order of their use
  std::vector<PackedConv> convs_;
  std::vector<Block> blocks_;
};

}  // namespace verger::fused
