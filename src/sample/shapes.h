// SPDX-License-Identifier: Apache-2.0
// The bodies and trimmings that varieties share.
#pragma once

#include "sample/variety.h"

namespace verger::orchard {

inline constexpr Body kApple = {.height = 0.92F,
                                .taper = 0.1F,
                                .blunt = 0.06F,
                                .top_dimple = 0.34F,
                                .base_dimple = 0.2F,
                                .lobes = 5,
                                .lobe_depth = 0.03F};
inline constexpr Body kPear = {.height = 1.3F,
                               .taper = -0.12F,
                               .neck = 0.52F,
                               .neck_from = 0.0F,
                               .top_dimple = 0.05F,
                               .base_dimple = 0.14F};
inline constexpr Body kStone = {.height = 0.98F, .top_dimple = 0.2F, .suture = 0.06F};
inline constexpr Body kPlum = {.height = 1.22F, .top_dimple = 0.1F, .suture = 0.05F};
inline constexpr Body kCherry = {.height = 0.93F, .taper = 0.07F, .top_dimple = 0.2F};
inline constexpr Body kCitrus = {.height = 0.95F, .top_dimple = 0.07F, .base_dimple = 0.03F};
inline constexpr Body kLemon = {.height = 1.22F, .top_tip = 0.16F, .base_tip = 0.26F};
inline constexpr Body kTomato = {
    .height = 0.8F, .blunt = 0.08F, .top_dimple = 0.18F, .lobes = 6, .lobe_depth = 0.05F};
inline constexpr Body kBanana = {.height = 3.5F,
                                 .blunt = 0.5F,
                                 .neck = 0.55F,
                                 .neck_from = 0.86F,
                                 .top_tip = 0.9F,
                                 .base_tip = 0.35F,
                                 .lobes = 5,
                                 .lobe_depth = 0.09F,
                                 .bend = 0.13F};
inline constexpr Body kGrape = {.height = 1.12F};
inline constexpr Body kBerry = {.height = 0.86F, .top_dimple = 0.22F};
inline constexpr Body kStrawberry = {
    .height = 1.12F, .taper = 0.3F, .top_dimple = 0.12F, .base_tip = 0.06F};
inline constexpr Body kPepper = {.height = 1.08F,
                                 .taper = 0.12F,
                                 .blunt = 0.3F,
                                 .top_dimple = 0.32F,
                                 .base_dimple = 0.3F,
                                 .lobes = 4,
                                 .lobe_depth = 0.16F};
inline constexpr Body kStar = {
    .height = 1.3F, .top_dimple = 0.05F, .base_dimple = 0.05F, .lobes = 5, .lobe_depth = 0.72F};
inline constexpr Body kAubergine = {
    .height = 1.95F, .taper = -0.24F, .neck = 0.2F, .neck_from = 0.1F, .bend = 0.03F};
inline constexpr Body kMelon = {
    .height = 1.04F, .blunt = 0.04F, .top_dimple = 0.05F, .base_dimple = 0.05F};
inline constexpr Body kPumpkin = {.height = 0.72F,
                                  .blunt = 0.1F,
                                  .top_dimple = 0.26F,
                                  .base_dimple = 0.2F,
                                  .lobes = 10,
                                  .lobe_depth = 0.13F};
inline constexpr Body kMango = {
    .height = 1.3F, .taper = 0.1F, .blunt = 0.05F, .suture = 0.03F, .bend = 0.045F};
inline constexpr Body kFig = {.height = 1.12F,
                              .taper = -0.16F,
                              .neck = 0.68F,
                              .neck_from = 0.15F,
                              .top_tip = 0.1F,
                              .lobes = 12,
                              .lobe_depth = 0.025F};
inline constexpr Body kPineapple = {.height = 1.35F, .blunt = 0.24F};
inline constexpr Body kDate = {.height = 1.75F, .blunt = 0.16F};

inline constexpr Trim kAppleStem = {.stem = 0.55F, .leaves = 1};
inline constexpr Trim kBareStem = {.stem = 0.5F};
inline constexpr Trim kPearStem = {.stem = 0.5F, .stem_width = 0.045F};
inline constexpr Trim kCherryStem = {
    .stem = 2.4F, .stem_width = 0.055F, .stem_colour = 0x5F7A2C, .leaves = 1};
inline constexpr Trim kVine = {.stem = 0.6F, .stem_width = 0.05F, .stem_colour = 0x7A6A38};
inline constexpr Trim kTomatoStar = {
    .stem = 0.3F, .stem_width = 0.05F, .stem_colour = 0x4F7A2C, .sepals = 6, .sepal_reach = 0.4F};
inline constexpr Trim kStrawberryStar = {
    .stem = 0.35F, .stem_width = 0.04F, .stem_colour = 0x6A9A3C, .sepals = 9, .sepal_reach = 0.3F};
inline constexpr Trim kPepperStem = {.stem = 0.62F, .stem_width = 0.13F, .stem_colour = 0x4E7F2A};
inline constexpr Trim kCap = {.stem = 0.45F,
                              .stem_width = 0.14F,
                              .stem_colour = 0x5A7A34,
                              .sepals = 5,
                              .sepal_reach = 0.5F,
                              .sepal_colour = 0x56783A};
inline constexpr Trim kPumpkinStem = {.stem = 0.5F, .stem_width = 0.13F, .stem_colour = 0x6E6A36};
inline constexpr Trim kButton = {.stem = 0.08F, .stem_width = 0.09F, .stem_colour = 0x6F7A3A};
inline constexpr Trim kBerryCrown = {.sepals = 5, .sepal_reach = 0.24F, .sepal_colour = 0x34406A};
inline constexpr Trim kTuft = {.tuft = 22};

}  // namespace verger::orchard
