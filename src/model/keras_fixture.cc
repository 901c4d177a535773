// SPDX-License-Identifier: Apache-2.0
#include "model/keras_fixture.h"

#include <hdf5.h>

#include <array>
#include <map>
#include <string_view>

namespace verger {

namespace {

constexpr std::array<std::string_view, kVariables> kNames = {"kernel", "gamma", "beta",
                                                             "moving_mean", "moving_variance"};

// …/Conv1/Conv1/kernel:0
std::string path_by_name(const ConvLayer& layer, Variable variable, KerasLayout layout) {
  const bool keras2 = layout != KerasLayout::kKeras3Model;
  const std::string root = layout == KerasLayout::kKeras2Weights ? "" : "model_weights/";
  const std::string& owner = layer.owner(variable);
  std::string name(kNames[static_cast<std::size_t>(variable)]);
  if (keras2 && layer.depthwise && variable == kKernel) name = "depthwise_kernel";
  return root + owner + "/" + owner + "/" + name + (keras2 ? ":0" : "");
}

// …/conv2d_3/vars/0, counting the layers of each class.
class Counter {
 public:
  explicit Counter(KerasLayout layout)
      : root_(layout == KerasLayout::kCheckpoint ? "_layer_checkpoint_dependencies/" : "layers/") {}

  std::string path(const std::string& layer, std::string_view class_name, int place) {
    if (!groups_.contains(layer)) {
      const int count = counts_[class_name]++;
      groups_[layer] = std::string(class_name) + (count == 0 ? "" : "_" + std::to_string(count));
    }
    return root_ + groups_[layer] + "/vars/" + std::to_string(place);
  }

 private:
  std::string root_;
  std::map<std::string_view, int> counts_;
  std::map<std::string, std::string> groups_;
};

std::string_view class_of(const ConvLayer& layer, Variable variable) {
  if (variable != kKernel) return "batch_normalization";
  return layer.depthwise ? "depthwise_conv2d" : "conv2d";
}

bool by_layer_name(KerasLayout layout) {
  return layout == KerasLayout::kKeras2Weights || layout == KerasLayout::kKeras2Model ||
         layout == KerasLayout::kKeras3Model;
}

void add_top(std::vector<FixtureArray>& arrays, KerasLayout layout) {
  const std::string root = layout == KerasLayout::kKeras2Weights ? "" : "model_weights/";
  const std::string path =
      by_layer_name(layout) ? root + "predictions/predictions/kernel:0" : "layers/dense/vars/0";
  arrays.push_back({path, {1280, 10}, std::vector<float>(12800)});
}

// A file in memory.
class MemoryFile {
 public:
  MemoryFile() {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 20, /*backing_store=*/0);
    file_ = H5Fcreate("fixture", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    links_ = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links_, 1);
  }
  ~MemoryFile() {
    H5Pclose(links_);
    H5Fclose(file_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  void add(const FixtureArray& array) {
    const std::vector<hsize_t> sides(array.shape.begin(), array.shape.end());
    const hid_t space = H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file_, array.path.c_str(), H5T_IEEE_F32LE, space, links_,
                                     H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data());
    H5Dclose(dataset);
    H5Sclose(space);
  }

  std::vector<uint8_t> bytes() const {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    std::vector<uint8_t> image(static_cast<std::size_t>(H5Fget_file_image(file_, nullptr, 0)));
    H5Fget_file_image(file_, image.data(), image.size());
    return image;
  }

 private:
  hid_t file_;
  hid_t links_;
};

}  // namespace

std::vector<FixtureArray> keras_arrays(const NetworkWeights& weights, KerasLayout layout,
                                       bool with_top) {
  std::vector<FixtureArray> arrays;
  Counter counter(layout);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const ConvLayer& layer = mobilenet_v2_layers()[i];
    for (std::size_t v = 0; v < kVariables; ++v) {
      const auto variable = static_cast<Variable>(v);
      const std::string& owner = layer.owner(variable);
      const int place = variable == kKernel ? 0 : variable - 1;
      arrays.push_back({by_layer_name(layout)
                            ? path_by_name(layer, variable, layout)
                            : counter.path(owner, class_of(layer, variable), place),
                        layer.shape(variable), weights[i][v]});
    }
  }
  if (with_top) add_top(arrays, layout);
  if (layout == KerasLayout::kKeras2Model) {
    arrays.push_back({"optimizer_weights/Adam/Conv1/kernel/m:0", {1}, {0}});
    arrays.push_back({"optimizer_weights/Adam/m/Conv1/kernel:0", {1}, {0}});
  }
  return arrays;
}

std::vector<uint8_t> write_hdf5(const std::vector<FixtureArray>& arrays) {
  MemoryFile file;
  for (const FixtureArray& array : arrays) file.add(array);
  return file.bytes();
}

}  // namespace verger
