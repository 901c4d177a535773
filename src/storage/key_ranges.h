// SPDX-License-Identifier: Apache-2.0
// The keys of a bucket in ranges, each of which another lister reads from page to page.
//
// Nobody knows beforehand where the keys are. So a lister that has nothing to do takes the upper
// half of a range that another one reads: of its strings, by the characters that keys were seen to
// have. A guess that leaves no keys in that half costs one request, and the next one halves what is
// left. The ranges never overlap and leave no gap, however the guesses turn out.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace verger {

// Not thread-safe.
class KeyRanges {
 public:
  // One range, number 0: every key that begins with `prefix`.
  explicit KeyRanges(std::string prefix);

  // Cuts the widest range that a page was read of; gives the number of its upper part. nullopt when
  // none can be cut.
  std::optional<std::size_t> cut();
  // Behind which key the range goes on, and whether a key does not lie past its end.
  const std::string& at(std::size_t range) const { return ranges_.at(range).at; }
  bool holds(std::size_t range, std::string_view key) const;
  // A key of the range was read, and all before it.
  void move(std::size_t range, const std::string& key);
  void close(std::size_t range);  // it is read to its end
  bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    std::string at;                   // its keys come behind this one
    std::optional<std::string> last;  // up to this one; nullopt: to the prefix's end
    bool begun = false;
  };

  std::size_t common(const Range& range) const;
  double fraction(std::string_view key, std::size_t from) const;
  double width(const Range& range) const;
  std::optional<std::string> middle(const Range& range) const;

  const std::string prefix_;
  std::map<std::size_t, Range> ranges_;  // those that are not closed
  std::size_t numbers_ = 1;
  std::string characters_;  // printable characters of ASCII that keys have, in order
};

}  // namespace verger
