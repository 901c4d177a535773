// SPDX-License-Identifier: Apache-2.0
#include "update/update_plan.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/parallel.h"
#include "base/status_macros.h"
#include "parquet/inputs_part.h"

namespace verger {

namespace {

// The images of one path: [begin, end) of the listing.
struct SamePath {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Finds paths in the sorted listing, fastest when they come in its order.
class Finder {
 public:
  explicit Finder(const ImageSource& source) : source_(source) {}

  // Steps that double from where the last path was found, and then halves: a path that lies n
  // images further costs about 2 log2(n) comparisons, so that a shard's rows, which come in order,
  // cost little more than their number, and an absent stretch is jumped over.
  SamePath find(const std::string& path) {
    if (at_ > 0 && source_.path(at_ - 1) >= path) at_ = 0;
    std::size_t step = 1;
    std::size_t low = at_;  // all images before it are of lesser paths
    while (low + step <= source_.size() && source_.path(low + step - 1) < path) {
      low += step;
      step *= 2;
    }
    std::size_t high = std::min(low + step, source_.size());
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (source_.path(middle) < path) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    at_ = low;
    SamePath same{low, low};
    while (same.end < source_.size() && source_.path(same.end) == path) ++same.end;
    return same;
  }

 private:
  const ImageSource& source_;
  std::size_t at_ = 0;
};

// The image that is as it was when it had this stamp.
std::optional<std::size_t> same_image(const ImageSource& source, SamePath place, int64_t stamp) {
  for (std::size_t image = place.begin; image < place.end; ++image) {
    if (stamp_of(source.fingerprint(image)) == stamp) return image;
  }
  return std::nullopt;
}

// The one image that may be a changed row's.
std::optional<std::size_t> only_image(SamePath place) {
  if (place.end - place.begin != 1) return std::nullopt;
  return place.begin;
}

constexpr std::size_t kReadAtOnce = 16;  // shards' lists of images, of a few MB at most

// Two passes over what the output holds, since what becomes of a row may depend on any other row.
//
// The first enters each row into the state of the image that it names, by path. A row of the same
// stamp keeps its image. A row of another stamp outdates it: once, and the image is to be read for
// that row's shard; twice, and neither row is a better place for it than a new one. A row that
// keeps the image wins over those that outdate it, whichever comes first, so the order of the
// shards does not matter. Only when the states are final does the second pass ask them for each
// row's fate.
//
// So every listed image is in the end in one row: one that is kept, one that is written anew in a
// shard that has it, or one of a new shard. That is why kept + changed + added = listed, whatever
// the output held before.
class Planner {
 public:
  Planner(const Store& output, const ImageSource& source) : output_(output), source_(source) {
    plan_.states = ImageStates(source.size());
  }

  Result<UpdatePlan> run(std::vector<ShardManifest> manifests, const Watch& watch) {
    for (std::size_t begin = 0; begin < manifests.size(); begin += kReadAtOnce) {
      const std::size_t count = std::min(kReadAtOnce, manifests.size() - begin);
      VERGER_RETURN_IF_ERROR(claim_some(std::span(manifests).subspan(begin, count), watch.cancel));
      watch.observer.advanced(static_cast<int64_t>(count), 0);
    }
    for (auto& shard : plan_.changed) {
      if (watch.cancel.cancelled()) return Status::cancelled("Interrupted.");
      VERGER_RETURN_IF_ERROR(settle(shard));
    }
    plan_.images_changed = static_cast<int64_t>(plan_.anew.size());
    for (std::size_t image = 0; image < plan_.states.size(); ++image) {
      const ImageState state = plan_.states[image];
      if (state == ImageState::kNew || state == ImageState::kTwice) plan_.anew.push_back(image);
    }
    plan_.images_added = static_cast<int64_t>(plan_.anew.size()) - plan_.images_changed;
    return std::move(plan_);
  }

 private:
  // What storage takes to answer is spent on several shards at once; the images are claimed one
  // shard after the other, since which of two rows comes first decides.
  Status claim_some(std::span<ShardManifest> manifests, const CancelToken& cancel) {
    std::vector<InputRows> rows(manifests.size());
    const auto read = [&](std::size_t i) -> Status {
      VERGER_ASSIGN_OR_RETURN(rows[i], read_inputs_part(output_, *manifests[i].inputs));
      return {};
    };
    VERGER_RETURN_IF_ERROR(
        parallel_for(manifests.size(), output_.default_reads_in_flight(), cancel, read));
    for (std::size_t i = 0; i < manifests.size(); ++i) {
      ShardManifest& manifest = manifests[i];
      VERGER_ASSIGN_OR_RETURN(const bool unchanged, claim(rows[i]));
      plan_.next_number = manifest.shard.number + 1;
      if (unchanged) {
        plan_.images_kept += manifest.counts.listed;
        plan_.kept.push_back(std::move(manifest));
      } else {
        plan_.changed.push_back({.manifest = std::move(manifest)});
      }
    }
    return {};
  }

  // Enters a shard's rows into the states of the images. Are all of its images as they were?
  Result<bool> claim(const InputRows& rows) {
    Finder finder(source_);
    bool unchanged = true;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const SamePath place = finder.find(rows.path[row]);
      if (const auto same = same_image(source_, place, rows.stamp[row])) {
        if (plan_.states[*same] == ImageState::kKept) return named_twice(rows.path[row]);
        plan_.states.set(*same, ImageState::kKept);
        continue;
      }
      unchanged = false;
      if (const auto changed = only_image(place)) outdate(*changed);
    }
    return unchanged;
  }

  void outdate(std::size_t image) {
    const ImageState state = plan_.states[image];
    if (state == ImageState::kChanged) plan_.states.set(image, ImageState::kTwice);
    if (state == ImageState::kNew) plan_.states.set(image, ImageState::kChanged);
  }

  Status named_twice(const std::string& path) const {
    return Status::io("The output " + output_.shown("") + " holds the image " + path +
                      " twice; make it anew with 'verger run --overwrite'.");
  }

  // Counts a changed shard's rows, and takes what is to be read for it.
  Status settle(ChangedShard& shard) {
    VERGER_ASSIGN_OR_RETURN(const ShardMatch match,
                            match_shard(output_, source_, plan_.states, shard.manifest));
    const auto anew = match.images(RowFate::kChanged);
    const auto removed = std::ranges::count(match.fate, RowFate::kRemoved);
    shard.images = match.fate.size() - static_cast<std::size_t>(removed);
    shard.begin = plan_.anew.size();
    plan_.anew.insert(plan_.anew.end(), anew.begin(), anew.end());
    shard.end = plan_.anew.size();
    plan_.images_kept += static_cast<int64_t>(shard.images - anew.size());
    plan_.images_removed += removed;
    return {};
  }

  const Store& output_;
  const ImageSource& source_;
  UpdatePlan plan_;
};

// Rows of one path stand next to each other: when one of them is not kept, none is.
void join_same_paths(ShardMatch& match) {
  for (std::size_t begin = 0, end = 0; begin < match.path.size(); begin = end) {
    end = begin + 1;
    while (end < match.path.size() && match.path[end] == match.path[begin]) ++end;
    const std::span fates = std::span(match.fate).subspan(begin, end - begin);
    const auto is_kept = [](RowFate fate) { return fate == RowFate::kKept; };
    if (!std::ranges::all_of(fates, is_kept)) {
      std::ranges::replace_if(fates, is_kept, RowFate::kChanged);
    }
  }
}

}  // namespace

Result<UpdatePlan> plan_update(const Store& output, const ImageSource& source,
                               std::vector<ShardManifest> manifests, const Watch& watch) {
  return Planner(output, source).run(std::move(manifests), watch);
}

Result<ShardMatch> match_shard(const Store& output, const ImageSource& source,
                               const ImageStates& states, const ShardManifest& manifest) {
  VERGER_ASSIGN_OR_RETURN(InputRows rows, read_inputs_part(output, *manifest.inputs));
  Finder finder(source);
  ShardMatch match;
  match.fate.assign(rows.size(), RowFate::kRemoved);
  match.image.assign(rows.size(), 0);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const SamePath place = finder.find(rows.path[row]);
    const auto same = same_image(source, place, rows.stamp[row]);
    const auto changed = same ? std::nullopt : only_image(place);
    if (same && states[*same] == ImageState::kKept) {
      match.fate[row] = RowFate::kKept;
      match.image[row] = *same;
    } else if (changed && states[*changed] == ImageState::kChanged) {
      match.fate[row] = RowFate::kChanged;
      match.image[row] = *changed;
    }
  }
  match.path = std::move(rows.path);
  join_same_paths(match);
  return match;
}

}  // namespace verger
