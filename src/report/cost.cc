#include "report/cost.h"

#include <nlohmann/json.hpp>
#include <string>

#include "report/assets.h"

namespace verger {

using nlohmann::json;

namespace {

json on_machine(const std::string& family, const json& figures, const json& price,
                const std::string& precision, const json& own_seconds) {
  const json& machine = figures.at("families").at(family);
  const json& rates = machine.at("rates");
  const std::string rate = rates.value(precision, rates.at("f32").get<std::string>());
  const double vcpus = machine.at("xlarge").at("vcpus");
  const double hour = price.at("ec2_xlarge_hour").at(family);
  const double seconds = figures.at("rates").at(rate).at("cpu_ms_image").get<double>() / 1e3;
  const auto cost = [&](double cpu) { return cpu * 1000 / (3600 * vcpus) * hour; };
  return {{"instance", family + ".xlarge"},
          {"vcpus", vcpus},
          {"hour", hour},
          {"cpu_seconds_image", seconds},
          {"rate_source", figures.at("rates").at(rate).at("source")},
          {"cost", cost(seconds)},
          {"cost_at_own_cpu",
           own_seconds.is_null() ? json(nullptr) : json(cost(own_seconds.get<double>()))}};
}

}  // namespace

json cost_of(const RunRecord& record) {
  const json figures = json::parse(asset_figures());
  const json& prices = figures.at("prices");
  const std::string& asked = record.options.storage.s3_region;
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
          {"region", region},
          {"date", price.at("date")},
          {"source", figures.at("prices_source")},
          {"leaves_out",
           "Storage, requests, network, EMR's own charge, start-up, idle cores and taxes."},
          {"cpu_seconds_image", own},
          {"machines", machines}};
}

}  // namespace verger
