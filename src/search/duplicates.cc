// SPDX-License-Identifier: Apache-2.0
#include "search/duplicates.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "base/place.h"
#include "base/run_options.h"
#include "base/status_macros.h"
#include "search/all_pairs.h"
#include "search/candidates.h"
#include "search/nearest_index.h"
#include "search/picture.h"
#include "storage/store.h"

namespace verger {

namespace {

class DuplicateSearch {
 public:
  DuplicateSearch(const SearchTable& table, const NearestIndex* index, const PictureReader& read,
                  const ImageOptions& image, const DuplicateOptions& options,
                  const CancelToken& cancel, Observer& observer)
      : table_(table),
        index_(index),
        read_(read),
        image_(image),
        options_(options),
        threads_(options.threads > 0 ? options.threads : default_threads()),
        cancel_(cancel),
        observer_(observer),
        equal_(table.size(), 0),
        state_(table.size(), State::kUnknown),
        thumbnails_(options.pixels ? table.size() : 0) {
    if (index == nullptr) pairs_.emplace(table);
  }

  Result<Duplicates> run();

 private:
  enum class State : uint8_t { kUnknown, kRead, kUnread };

  Result<std::vector<float>> vector_of(std::size_t row) const;
  Status find_equal_rows();
  Result<std::vector<RowPair>> find_candidates(std::size_t strip) const;
  Status read_thumbnails(const std::vector<RowPair>& pairs);
  double similarity_alone() const { return std::max(options_.similarity, kSimilarityAlone); }
  Status sift(const std::vector<RowPair>& pairs);
  Status confirm();
  std::optional<RgbImage> picture(std::size_t row) const;
  bool known(std::size_t row) const { return state_[row] == State::kRead; }

  const SearchTable& table_;
  const NearestIndex* index_;
  std::optional<AllPairs> pairs_;  // without an index
  const PictureReader& read_;
  const ImageOptions& image_;
  const DuplicateOptions& options_;
  const int threads_;
  const CancelToken& cancel_;
  Observer& observer_;
  std::vector<uint8_t> equal_;  // 1: the row's vector is that of a row before it
  std::vector<RowPair> equal_pairs_;
  std::vector<State> state_;
  std::vector<Thumbnail> thumbnails_;
  std::vector<DuplicatePair> promising_;
  Duplicates result_;
};

std::optional<RgbImage> DuplicateSearch::picture(std::size_t row) const {
  const auto bytes = read_(table_.path[row]);
  if (!bytes.ok()) return std::nullopt;
  auto image = decode_image(*bytes, image_);
  if (!image.ok()) return std::nullopt;
  return std::move(image).value();
}

// Rows of the same vector to the bit are compared with the first of them alone: a thousand copies
// of one picture are a thousand pairs, not half a million.
Status DuplicateSearch::find_equal_rows() {
  std::unordered_multimap<std::size_t, std::size_t> firsts;  // by hash
  for (std::size_t row = 0; row < table_.size(); ++row) {
    VERGER_ASSIGN_OR_RETURN(const auto vector, vector_of(row));
    const std::size_t hash = std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)});
    const auto [begin, end] = firsts.equal_range(hash);
    for (auto first = begin; first != end && equal_[row] == 0; ++first) {
      VERGER_ASSIGN_OR_RETURN(const auto other, vector_of(first->second));
      if (!std::ranges::equal(vector, other)) continue;
      equal_[row] = 1;
      equal_pairs_.push_back({first->second, row, 1});
    }
    if (equal_[row] == 0) firsts.emplace(hash, row);
  }
  return {};
}

Result<std::vector<float>> DuplicateSearch::vector_of(std::size_t row) const {
  if (index_ != nullptr) return index_->row(row);
  const auto vector = table_.row(row);
  return std::vector<float>(vector.begin(), vector.end());
}

Result<std::vector<RowPair>> DuplicateSearch::find_candidates(std::size_t strip) const {
  const double similarity = options_.pixels ? options_.similarity : similarity_alone();
  if (pairs_) return pairs_->find(equal_, strip, similarity, threads_, cancel_);
  return find_alike(*index_, kCandidateNeighbors, equal_, strip, similarity, threads_, cancel_);
}

// Reads the pictures that were not looked at before.
Status DuplicateSearch::read_thumbnails(const std::vector<RowPair>& pairs) {
  std::vector<std::size_t> rows;
  for (const RowPair& pair : pairs) {
    for (const std::size_t row : {pair.first, pair.second}) {
      if (state_[row] != State::kUnknown) continue;
      state_[row] = State::kUnread;
      rows.push_back(row);
    }
  }
  return parallel_for(rows.size(), threads_, cancel_, [&](std::size_t i) -> Status {
    const auto image = picture(rows[i]);
    observer_.advanced(1, 0);
    if (!image) return {};
    thumbnails_[rows[i]] = make_thumbnail(*image);
    state_[rows[i]] = State::kRead;
    return {};
  });
}

// Keeps the promising ones of the candidates.
Status DuplicateSearch::sift(const std::vector<RowPair>& pairs) {
  if (options_.pixels) VERGER_RETURN_IF_ERROR(read_thumbnails(pairs));
  result_.candidates += static_cast<int64_t>(pairs.size());
  for (const auto& [first, second, cosine] : pairs) {
    const bool judged = known(first) && known(second);
    const bool promising = judged ? may_be_copies(thumbnails_[first], thumbnails_[second])
                                  : cosine >= similarity_alone();
    if (promising) promising_.push_back({first, second, cosine, 0, judged});
  }
  return {};
}

// Looks at the pixels of the promising pairs, and keeps those that are copies.
Status DuplicateSearch::confirm() {
  const auto in_question = std::ranges::count(promising_, true, &DuplicatePair::confirmed);
  observer_.stage_started("pixels", in_question);
  std::vector<std::size_t> begins;  // where another first row begins: its picture is read once
  for (std::size_t i = 0; i < promising_.size(); ++i) {
    if (i == 0 || promising_[i].first != promising_[i - 1].first) begins.push_back(i);
  }
  begins.push_back(promising_.size());
  VERGER_RETURN_IF_ERROR(
      parallel_for(begins.size() - 1, threads_, cancel_, [&](std::size_t run) -> Status {
        std::optional<RgbImage> first;
        for (std::size_t i = begins[run]; i < begins[run + 1]; ++i) {
          DuplicatePair& pair = promising_[i];
          if (!pair.confirmed) continue;
          if (!first) first = picture(pair.first);
          const auto second = picture(pair.second);
          if (!first || !second) {
            return Status::io("Cannot read " +
                              written_place(table_.path[first ? pair.second : pair.first]) +
                              " again: it went away during the search; run the command anew.");
          }
          pair.distance = copy_distance(*first, *second);
          observer_.advanced(1, 0);
        }
        return {};
      }));
  observer_.stage_finished();
  std::erase_if(promising_, [&](const DuplicatePair& pair) {
    return pair.confirmed && pair.distance > options_.tolerance;
  });
  return {};
}

// Each row is a step when its strip is compared, and another when its picture is read, which takes
// longer; the pictures that nothing is like are not read, and their steps come at the end.
Result<Duplicates> DuplicateSearch::run() {
  const std::size_t rows = table_.size();
  const std::size_t strips = (rows + kStripRows - 1) / kStripRows;
  observer_.stage_started("compare", static_cast<int64_t>(rows + thumbnails_.size()));
  VERGER_RETURN_IF_ERROR(find_equal_rows());
  VERGER_RETURN_IF_ERROR(sift(equal_pairs_));
  for (std::size_t strip = 0; strip < strips; ++strip) {
    VERGER_ASSIGN_OR_RETURN(const auto pairs, find_candidates(strip));
    VERGER_RETURN_IF_ERROR(sift(pairs));
    observer_.advanced(static_cast<int64_t>(std::min(kStripRows, rows - strip * kStripRows)), 0);
  }
  const auto unread = std::ranges::count(state_, State::kUnknown);
  if (options_.pixels) observer_.advanced(unread, 0);
  observer_.stage_finished();
  const auto rows_of = [](const DuplicatePair& pair) { return std::pair(pair.first, pair.second); };
  std::ranges::sort(promising_, {}, rows_of);
  const auto twice = std::ranges::unique(promising_, {}, rows_of);
  promising_.erase(twice.begin(), twice.end());
  VERGER_RETURN_IF_ERROR(confirm());

  std::vector<int64_t> pixels(table_.size(), 0);
  for (std::size_t row = 0; row < thumbnails_.size(); ++row) {
    if (known(row)) pixels[row] = int64_t{thumbnails_[row].width} * thumbnails_[row].height;
  }
  drop_contradicted(promising_, pixels);
  result_.pictures = std::ranges::count(state_, State::kRead);
  result_.unread = std::ranges::count(state_, State::kUnread);
  result_.groups = group_duplicates(table_, promising_, pixels);
  result_.pairs = std::move(promising_);
  return std::move(result_);
}

}  // namespace

Status DuplicateOptions::validate() const {
  VERGER_RETURN_IF_ERROR(check_number(kSimilarity, similarity));
  VERGER_RETURN_IF_ERROR(check_number(kTolerance, tolerance));
  return check_number(run_option("threads"), threads);
}

Result<Duplicates> find_duplicates(const SearchTable& table, const NearestIndex* index,
                                   const PictureReader& read, const ImageOptions& image,
                                   const DuplicateOptions& options, const CancelToken& cancel,
                                   Observer& observer) {
  VERGER_RETURN_IF_ERROR(options.validate());
  return DuplicateSearch(table, index, read, image, options, cancel, observer).run();
}

PictureReader read_by_path(const StorageOptions& storage) {
  struct Folders {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Store>> open;
  };
  const auto folders = std::make_shared<Folders>();
  return [folders, storage](const std::string& path) -> Result<std::vector<uint8_t>> {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return Status::io("Cannot read " + path + ": it is no path.");
    std::shared_ptr<Store> store;
    {
      const std::lock_guard lock(folders->mutex);
      auto& open = folders->open[path.substr(0, slash + 1)];
      if (!open) {
        VERGER_ASSIGN_OR_RETURN(open, Store::open(path.substr(0, slash + 1), storage,
                                                  written_place(path.substr(0, slash + 1))));
      }
      store = open;
    }
    return store->read(path.substr(slash + 1));
  };
}

}  // namespace verger
