// SPDX-License-Identifier: Apache-2.0
#include "model/fused/network.h"

#include <algorithm>
#include <cassert>

#include "base/status_macros.h"
#include "verger/image.h"

namespace verger::fused {

namespace {

constexpr int kStemSide = kImageSide / 2;
constexpr int kStemTaps = 9;  // One of the kernel's rows has three columns of three channels.
constexpr std::size_t kBlockLayers = 3;  // expand (or the stem), depthwise, project
constexpr int kHeadSide = 7;
constexpr int kHeadPlaces = kHeadSide * kHeadSide;

// Rows done at once: as many as fill a few tiles.
int strip_rows(int side) { return std::clamp(56 / side, 1, kHeadSide); }

std::ptrdiff_t plane(int side) { return std::ptrdiff_t{side} * side * kGroup; }

const Kernels& first_of(const Kernels& kernels) {
  return kernels.first == nullptr ? kernels : *kernels.first;
}

// From a run's words to the next's.
std::ptrdiff_t run_stride(const Layout& layout, int places) {
  return static_cast<std::ptrdiff_t>(places) * layout.words;
}

// Tiles are whole: their weights beyond the last input are zeros.
Pointwise pointwise_job(const PackedConv& conv, const Layout& layout) {
  const int runs = runs_of(layout, conv.in_channels());
  const int rest = conv.in_channels() - (runs - 1) * kGroup;
  return {.in = nullptr,
          .in_stride = 0,
          .runs = runs,
          .run_length = layout.words,
          .last_length = layout.groups == 1 ? rest * layout.words / kGroup : layout.words,
          .weights = conv.weights(),
          .group_weights = conv.panel_offset(1),
          .bias = conv.bias(),
          .out = nullptr,
          .out_stride = 0,
          .groups = conv.out_groups(),
          .outputs = conv.out_channels(),
          .places = 0,
          .relu6 = false,
          .residual = nullptr,
          .residual_stride = 0};
}

}  // namespace

Network::Network(const Kernels& kernels)
    : layout_(kernels.layout), first_layout_(first_of(kernels).layout) {}

const Layout& Network::layout_of(std::size_t layer) const {
  if (layer == 0) return first_layout_.panel_groups == 1 ? kNarrowFloats : kFloats;
  return layer < kBlockLayers ? first_layout_ : layout_;
}

Result<Network> Network::pack(const ReadLayer& weights, const Kernels& kernels) {
  Network network(kernels);
  const std::span<const ConvLayer> layers = mobilenet_v2_layers();
  std::size_t size = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    size += PackedConv::floats(layers[i], network.layout_of(i));
  }
  network.packed_ = LazyVector<float>(size);
  float* to = network.packed_.data();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    VERGER_ASSIGN_OR_RETURN(const ConvView layer, weights(i));
    network.convs_.emplace_back(layers[i], layer, network.layout_of(i), to);
    to += PackedConv::floats(layers[i], network.layout_of(i));
  }
  network.add_blocks();
  return network;
}

void Network::add_blocks() {
  const std::span<const ConvLayer> layers = mobilenet_v2_layers();
  int side = kStemSide;
  for (int i = 0; i + 1 < static_cast<int>(layers.size()); i += static_cast<int>(kBlockLayers)) {
    const ConvLayer& depthwise = layers[static_cast<std::size_t>(i + 1)];
    const int out_side = side / depthwise.stride;
    assert(depthwise.depthwise);
    blocks_.push_back({.expand = i,
                       .depthwise = i + 1,
                       .project = i + 2,
                       .residual = layers[static_cast<std::size_t>(i + 2)].residual >= 0,
                       .stride = depthwise.stride,
                       .in_side = side,
                       .out_side = out_side,
                       .expand_rows = strip_rows(side),
                       .project_rows = strip_rows(out_side)});
    side = out_side;
  }
  assert(side == kHeadSide);
}

bool Network::is_finite() const {
  return std::all_of(convs_.begin(), convs_.end(),
                     [](const PackedConv& conv) { return conv.is_finite(); });
}

Workspace Network::make_workspace() const {
  std::ptrdiff_t tensor = 0;
  std::ptrdiff_t ring = 0;
  std::ptrdiff_t filtered = kPanelGroups * kGroup * kHeadPlaces;
  std::ptrdiff_t narrowed = 0;
  for (const Block& b : blocks_) {
    const PackedConv& project = conv(b.project);
    const Layout& layout = &b == &blocks_.front() ? first_layout_ : layout_;
    const int in_groups = conv(b.depthwise).out_groups();
    const int out_places = b.out_side * b.out_side;
    tensor = std::max(tensor, project.out_groups() * plane(b.out_side));
    ring = std::max(ring, in_groups * std::ptrdiff_t{b.ring_rows()} * b.in_side * kGroup);
    filtered = std::max(filtered, runs_of(layout, project.in_channels()) *
                                      run_stride(layout, b.project_rows * b.out_side));
    narrowed = std::max(narrowed, runs_of(layout_, project.out_groups() * kGroup) *
                                      run_stride(layout_, out_places));
  }
  return Workspace({.tensor = tensor,
                    .ring = ring,
                    .filtered = filtered,
                    .narrowed = layout_.has_pairs ? narrowed : 0});
}

void Network::run(const Kernels& kernels, const float* image, Workspace& workspace,
                  float* features) const {
  for (int part = 0; part < parts(); ++part) run_part(kernels, part, image, workspace, features);
}

void Network::run_part(const Kernels& kernels, int part, const float* image, Workspace& workspace,
                       float* features) const {
  assert(kernels.layout.words == layout_.words && kernels.layout.groups == layout_.groups);
  assert(first_of(kernels).layout.words == first_layout_.words);
  const float* last = part == 0 ? image : workspace.tensors[(part - 1) % 2].data();
  const bool is_narrowed = part > 0 && kernels.narrow != nullptr;
  const Tensor in{last, is_narrowed ? workspace.narrowed.data() : last};
  if (part + 1 == parts()) {
    head(kernels, in.words, workspace.filtered.data(), features);
    return;
  }
  const Block& block = blocks_[static_cast<std::size_t>(part)];
  float* out = workspace.tensors[part % 2].data();
  run_block(part == 0 ? first_of(kernels) : kernels, block, in, workspace, out);
  if (kernels.narrow == nullptr) return;
  kernels.narrow({.in = out,
                  .groups = conv(block.project).out_groups(),
                  .places = block.out_side * block.out_side,
                  .out = workspace.narrowed.data()});
}

// The ring never loses a row that is still to be read. Row r of the output reads the three expanded
// rows that end before `end`; the next are expanded only when `expanded` < `end`, so the oldest row
// that anyone still needs is `expanded` − 2 or later. The expand_rows new ones take the places of
// rows that lie expand_rows + 2 and more before them, the latest of which is `expanded` − 3.
//
// Nor does a block overwrite what it reads: its sum with the input comes when its rows are
// projected, into the other of the two tensors.
void Network::run_block(const Kernels& kernels, const Block& block, const Tensor& in,
                        Workspace& workspace, float* out) const {
  const int pad = block.stride == 1 ? 1 : 0;
  int expanded = 0;
  for (int row = 0; row < block.out_side;) {
    const int rows = std::min(block.project_rows, block.out_side - row);
    for (int r = 0; r < rows; ++r) {
      const int end = std::min((row + r) * block.stride - pad + 3, block.in_side);
      while (expanded < end) {
        const int more = std::min(block.expand_rows, block.in_side - expanded);
        expand(kernels, block, in.words, expanded, more, workspace.ring.data());
        expanded += more;
      }
      filter(kernels, block, workspace.ring.data(), row + r, rows,
             workspace.filtered.data() + run_stride(kernels.layout, r * block.out_side));
    }
    project(kernels, block, in.floats, workspace.filtered.data(), row, rows, out);
    row += rows;
  }
}

// Rows that lie one after another in the ring are done together.
void Network::expand(const Kernels& kernels, const Block& block, const float* in, int row, int rows,
                     float* ring) const {
  const std::ptrdiff_t width = block.in_side * kGroup;
  const std::ptrdiff_t ring_stride = width * block.ring_rows();
  if (block.expand == 0) {
    for (int r = row; r < row + rows; ++r) {
      stem(kernels, in, r, ring + r % block.ring_rows() * width, ring_stride);
    }
    return;
  }
  Pointwise job = pointwise_job(conv(block.expand), kernels.layout);
  job.in_stride = run_stride(kernels.layout, block.in_side * block.in_side);
  job.out_stride = ring_stride;
  job.relu6 = true;
  for (const int end = row + rows; row < end; row += rows) {
    const int place = row % block.ring_rows();
    rows = std::min(end - row, block.ring_rows() - place);
    job.in = in + run_stride(kernels.layout, row * block.in_side);
    job.out = ring + place * width;
    job.places = rows * block.in_side;
    kernels.pointwise(job);
  }
}

// The last tile of a row reads one column past the image: it is made from a copy that has one.
void Network::stem(const Kernels& kernels, const float* image, int row, float* ring,
                   std::ptrdiff_t ring_stride) const {
  constexpr int kRow = kImageSide * 3;
  constexpr int kPlain = kStemSide - kTilePlaces;
  Pointwise job = pointwise_job(conv(0), kernels.layout);
  job.runs = std::min(3, kImageSide - 2 * row);
  job.run_length = job.last_length = kStemTaps;
  job.in = image + 2 * row * kRow;
  job.in_stride = kRow;
  job.out = ring;
  job.out_stride = ring_stride;
  job.places = kPlain;
  job.relu6 = true;
  kernels.stem(job);

  constexpr int kLast = kTilePlaces * kStemWords;
  float last[3][kLast + 3] = {};
  for (int r = 0; r < job.runs; ++r) {
    std::copy_n(job.in + r * kRow + kPlain * kStemWords, kLast, last[r]);
  }
  job.in = last[0];
  job.in_stride = kLast + 3;
  job.out = ring + kPlain * kGroup;
  job.places = kTilePlaces;
  kernels.stem(job);
}

void Network::filter(const Kernels& kernels, const Block& block, const float* ring, int row,
                     int rows, float* out) const {
  const std::ptrdiff_t width = block.in_side * kGroup;
  const int top = row * block.stride - (block.stride == 1 ? 1 : 0);
  const int first = std::max(0, -top);
  const int count = std::min(3, block.in_side - top) - first;
  const PackedConv& weights = conv(block.depthwise);
  Depthwise job{.rows = {},
                .first = first,
                .count = count,
                .in_stride = width * block.ring_rows(),
                .stride = block.stride,
                .weights = weights.weights(),
                .bias = weights.bias(),
                .out = out,
                .out_stride = run_stride(kernels.layout, rows * block.out_side),
                .groups = weights.out_groups(),
                .width = block.out_side};
  for (int r = 0; r < count; ++r) {
    job.rows[r] = ring + (top + first + r) % block.ring_rows() * width;
  }
  kernels.depthwise(job);
}

void Network::project(const Kernels& kernels, const Block& block, const float* in,
                      const float* filtered, int row, int rows, float* out) const {
  const std::ptrdiff_t place = static_cast<std::ptrdiff_t>(row) * block.out_side * kGroup;
  Pointwise job = pointwise_job(conv(block.project), kernels.layout);
  job.places = rows * block.out_side;
  job.in = filtered;
  job.in_stride = run_stride(kernels.layout, job.places);
  job.out = out + place;
  job.out_stride = plane(block.out_side);
  job.residual = block.residual ? in + place : nullptr;
  job.residual_stride = job.out_stride;
  kernels.pointwise(job);
}

void Network::head(const Kernels& kernels, const float* in, float* panel, float* features) const {
  const PackedConv& weights = convs_.back();
  Pointwise job = pointwise_job(weights, kernels.layout);
  job.in = in;
  job.in_stride = run_stride(kernels.layout, kHeadPlaces);
  job.out = panel;
  job.out_stride = plane(kHeadSide);
  job.groups = kPanelGroups;
  job.outputs = kPanelGroups * kGroup;
  job.places = kHeadPlaces;
  job.relu6 = true;
  for (int group = 0; group < weights.out_groups(); group += kPanelGroups) {
    job.weights = weights.weights() + weights.panel_offset(group);
    job.bias = weights.bias() + group * kGroup;
    kernels.pointwise(job);
    kernels.mean(panel, job.out_stride, kPanelGroups, kHeadPlaces, features + group * kGroup);
  }
}

}  // namespace verger::fused
