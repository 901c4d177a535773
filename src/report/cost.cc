// SPDX-License-Identifier: Apache-2.0
#include "report/cost.h"

#include <nlohmann/json.hpp>
#include <string>

#include "report/assets.h"
#include "s3/s3_place.h"

namespace verger {

using nlohmann::json;

namespace {

constexpr double kImages = 1e6;

json on_machine(const std::string& family, const json& figures, const json& price,
                const std::string& precision, const json& own_seconds) {
  const json& machine = figures.at("families").at(family);
  const json& rates = machine.at("rates");
  const std::string rate = rates.value(precision, rates.at("f32").get<std::string>());
  const double vcpus = machine.at("xlarge").at("vcpus");
  const double hour = price.at("ec2_xlarge_hour").at(family);
  const double emr_hour = machine.at("emr_xlarge_hour");
  const double seconds = figures.at("rates").at(rate).at("cpu_ms_image").get<double>() / 1e3;
  const auto cost = [&](double cpu, double dollars) {
    return cpu * kImages / (3600 * vcpus) * dollars;
  };
  const auto at_own = [&](double dollars) {
    return own_seconds.is_null() ? json(nullptr) : json(cost(own_seconds.get<double>(), dollars));
  };
  return {{"instance", family + ".xlarge"},
          {"vcpus", vcpus},
          {"hour", hour},
          {"cpu_seconds_image", seconds},
          {"rate_source", figures.at("rates").at(rate).at("source")},
          {"emr_hour", emr_hour},
          {"cost", cost(seconds, hour)},
          {"cost_with_emr", cost(seconds, hour + emr_hour)},
          {"cost_at_own_cpu", at_own(hour)},
          {"cost_at_own_cpu_with_emr", at_own(hour + emr_hour)}};
}

}  // namespace

json cost_of(const RunRecord& record) {
  const json figures = json::parse(asset_figures());
  const json& prices = figures.at("prices");
  const auto storage = with_environment(record.options.storage);
  const std::string asked = storage.ok() ? storage->s3_region : "";
  const std::string region = prices.contains(asked) ? asked : "us-east-1";
  const json& price = prices.at(region);
  json own = nullptr;
  if (record.pipeline && record.pipeline->images > 0) {
    own = record.cpu_seconds.extract / static_cast<double>(record.pipeline->images);
  }
  json machines = json::array();
  for (const auto& [family, unused] : price.at("ec2_xlarge_hour").items()) {
    machines.push_back(on_machine(
        family, figures, price, std::string(precision_name(record.options.model.precision)), own));
  }
  return {{"currency", figures.at("currency")},
          {"images", kImages},
          {"region", region},
          {"date", price.at("date")},
          {"source", figures.at("prices_source")},
          {"leaves_out", "Storage, requests, network, start-up, idle cores and taxes."},
          {"cpu_seconds_image", own},
          {"machines", machines}};
}

}  // namespace verger
