// SPDX-License-Identifier: Apache-2.0
#include "crew/order.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/numbers.h"
#include "base/run_options.h"
#include "base/status_macros.h"
#include "base/zero_filled.h"
#include "crew/parse_message.h"
#include "output/records_json.h"
#include "verger/moments.h"

namespace verger {

using nlohmann::json;

namespace {

json storage_json(const StorageOptions& storage) {
  RunOptions options;
  options.storage = storage;
  return part_json(options, part_of(options.storage));
}

json model_json(const OrderedModel& model) {
  return {{"prefix", model.prefix}, {"sha256", model.sha256}};
}

OrderedModel parse_model(const json& from) {
  return {.prefix = from.at("prefix"), .sha256 = from.at("sha256")};
}

void put(const ExtractOrder& work, json& to) {
  RunOptions options;
  options.image = work.image;
  options.model = work.network;
  to["image"] = part_json(options, part_of(options.image));
  to["strict"] = work.strict;
  to["columns"] = {{"image", work.input.image_column}, {"label", work.input.label_column}};
  to["network"] = part_json(options, part_of(options.model));
  to["network"]["sha256"] = work.network_sha256;
  to["options_sha256"] = work.options_sha256;
  to["shard"] = {
      {"number", work.shard.number}, {"begin", work.shard.begin}, {"end", work.shard.end}};
  to["plan"] = part_json(work.plan);
  to["projection"] = work.projection ? model_json(*work.projection) : json(nullptr);
  to["rewrite"] = nullptr;
  if (!work.rewrite) return;
  to["rewrite"] = {{"manifest", work.rewrite->manifest.to_json()}, {"rows", work.rewrite->rows}};
}

void put(const MomentsOrder& work, json& to) {
  to["number"] = work.number;
  to["width"] = work.width;
  json& members = to["members"] = json::array();
  for (const StoredMoments& member : work.members) {
    members.push_back(member.file ? json{{"moments", part_json(*member.file)}}
                                  : json{{"features", member.features}});
  }
}

void put(const ProjectOrder& work, json& to) {
  to["number"] = work.number;
  to["features"] = work.features;
  to["projection"] = model_json(work.projection);
}

void put(const InspectOrder& work, json& to) {
  to["number"] = work.number;
  to["manifests"] = work.group.manifests;
  json& files = to["files"] = json::array();
  for (const RecordedFile& file : work.group.files) {
    files.push_back({{"file", part_json(file.info)}, {"parquet", file.parquet}});
  }
}

std::size_t parse_number(const json& from) { return static_cast<std::size_t>(parse_count(from)); }

// Its rewriting, which parses by itself, comes after.
ExtractOrder parse_extract(const json& from) {
  ExtractOrder work;
  RunOptions options;
  read_part(options, part_of(options.image), from.at("image"));
  read_part(options, part_of(options.model), from.at("network"));
  work.image = options.image;
  work.network = options.model;
  work.strict = from.at("strict");
  work.input.image_column = from.at("columns").at("image");
  work.input.label_column = from.at("columns").at("label");
  work.network_sha256 = from["network"].at("sha256");
  work.options_sha256 = from.at("options_sha256");
  const json& shard = from.at("shard");
  work.shard = {.number = parse_number(shard.at("number")),
                .begin = parse_number(shard.at("begin")),
                .end = parse_number(shard.at("end"))};
  work.plan = parse_part(from.at("plan"));
  if (!from.at("projection").is_null()) work.projection = parse_model(from["projection"]);
  return work;
}

MomentsOrder parse_moments(const json& from) {
  MomentsOrder work{.merge = from.at("stage") == "merge",
                    .number = parse_number(from.at("number")),
                    .width = from.at("width"),
                    .members = {}};
  if (work.width < 1 || work.width > Moments::kMaxWidth) {
    throw json::other_error::create(501, "its width cannot be reduced", &from);
  }
  for (const json& member : from.at("members")) {
    StoredMoments& stored = work.members.emplace_back();
    if (member.contains("moments")) {
      stored.file = parse_part(member["moments"]);
    } else {
      stored.features = member.at("features");
    }
  }
  return work;
}

InspectOrder parse_inspect(const json& from) {
  InspectOrder work{.number = parse_number(from.at("number")),
                    .group = {.manifests = from.at("manifests"), .files = {}}};
  for (const json& file : from.at("files")) {
    work.group.files.push_back({parse_part(file.at("file")), file.at("parquet")});
  }
  return work;
}

Status parse_rewrite(const json& from, ExtractOrder& work) {
  if (!from.contains("rewrite") || from["rewrite"].is_null()) return {};
  const json& rewrite = from["rewrite"];
  if (!rewrite.contains("manifest") || !rewrite.contains("rows") || !rewrite["rows"].is_string()) {
    return Status::io("Its rewrite is incomplete.");
  }
  VERGER_ASSIGN_OR_RETURN(ShardManifest manifest, ShardManifest::parse(rewrite["manifest"]));
  work.rewrite = {.manifest = std::move(manifest), .rows = rewrite["rows"]};
  return {};
}

Order parse_order(const json& from) {
  Order order;
  order.name = from.at("order");
  order.attempt = from.at("attempt");
  order.input = from.at("input");
  order.output = from.at("output");
  order.typed_input = from.at("typed").at("input");
  order.typed_output = from.at("typed").at("output");
  RunOptions options;
  read_part(options, part_of(options.storage), from.at("storage"));
  order.storage = options.storage;
  order.uuid = from.at("uuid");
  order.mark = from.at("mark");
  order.lease = from.at("lease");
  if (from.at("layout") == layout_name(Layout::kNotebook)) order.layout = Layout::kNotebook;
  const std::string stage = from.at("stage");
  if (stage == "extract") {
    order.work = parse_extract(from);
  } else if (stage == "moments" || stage == "merge") {
    order.work = parse_moments(from);
  } else if (stage == "project") {
    order.work = ProjectOrder{.number = parse_number(from.at("number")),
                              .features = from.at("features"),
                              .projection = parse_model(from.at("projection"))};
  } else if (stage == "inspect") {
    order.work = parse_inspect(from);
  } else {
    throw json::other_error::create(501, "there is no stage '" + stage + "'", &from);
  }
  return order;
}

}  // namespace

std::string order_name(const char* stage, std::size_t number) {
  return std::string(stage) + '-' + zero_filled(number, 5);
}

const char* moments_stage_name(bool merge) { return merge ? "merge" : "moments"; }

const char* Order::stage() const {
  if (const auto* moments = std::get_if<MomentsOrder>(&work)) {
    return moments_stage_name(moments->merge);
  }
  if (std::holds_alternative<InspectOrder>(work)) return "inspect";
  return std::holds_alternative<ExtractOrder>(work) ? "extract" : "project";
}

json Order::to_json() const {
  json order = {{"type", "order"},
                {"protocol", kCrewProtocol},
                {"stage", stage()},
                {"order", name},
                {"attempt", attempt},
                {"input", input},
                {"output", output},
                {"typed", {{"input", typed_input}, {"output", typed_output}}},
                {"storage", storage_json(storage)},
                {"layout", layout_name(layout)},
                {"uuid", uuid},
                {"mark", mark},
                {"lease", lease}};
  std::visit([&](const auto& of_stage) { put(of_stage, order); }, work);
  return order;
}

Result<Order> Order::parse(const json& from) {
  if (from.is_object() && from.value("type", json()) == "order" &&
      from.value("protocol", json()) != kCrewProtocol) {
    return Status::invalid_argument("The order is not of the crew's protocol " +
                                    format_count(kCrewProtocol) +
                                    ": let driver and workers be of one version of verger.");
  }
  VERGER_ASSIGN_OR_RETURN(Order order,
                          parse_message("order", from, [&] { return parse_order(from); }));
  if (order.attempt < 0 || order.attempt > 999) {
    return Status::invalid_argument("The attempt at an order must be a number from 0 to 999.");
  }
  if (auto* work = std::get_if<ExtractOrder>(&order.work)) {
    VERGER_RETURN_IF_ERROR(parse_rewrite(from, *work));
  }
  return order;
}

}  // namespace verger
