// SPDX-License-Identifier: Apache-2.0
// Which files of an output are verger's own: only those may be replaced or removed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "output/output_names.h"
#include "storage/store.h"
#include "verger/options.h"
#include "verger/status.h"

namespace verger {

// A file is verger's own when it has a name that verger gives and a record of a run stands, which
// knows it: of a table's part by the UUID in its name, of another one by the place.
class OwnFiles {
 public:
  explicit OwnFiles(Layout layout) : layout_(layout), folders_(table_folders(layout)) {}

  // By the record that stands in the output. Without one nothing there is verger's.
  static Result<OwnFiles> recorded_in(const Store& output, Layout layout);

  // From here on a record names this run and its files as well.
  void add_run(const std::string& uuid, bool leaves_model);

  bool contains(std::string_view name) const;
  // Would a run give a file this name?
  bool is_name_of_ours(std::string_view name) const;

  // The runs whose parts are known.
  const std::set<std::string>& uuids() const { return uuids_; }
  // `uuids`: the runs of which parts are there. Of a finished output others have left nothing, and
  // are forgotten; else they may have left half-written files.
  void keep_runs(const std::set<std::string>& uuids, bool finished);

 private:
  Layout layout_;
  TableFolders folders_;
  bool recorded_ = false;
  bool has_model_ = false;
  bool any_run_ = false;  // An older version did not record the UUIDs.
  std::set<std::string> uuids_;
};

// The UUID in the name of a table's part; empty when it is no part.
std::string_view uuid_of_part(std::string_view base_name);

}  // namespace verger
