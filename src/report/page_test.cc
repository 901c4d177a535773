// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

#include "report/assets.h"
#include "report/report.h"

namespace verger {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ReportPage, KeepsHostileTextInsideItsScript) {
  const std::string page =
      report_page({{"label", "</script><script>alert(1)</script><!--"}}).text();
  EXPECT_THAT(page, HasSubstr(R"({"label":"\u003c/script>\u003cscript>alert(1))"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
}

TEST(ReportPage, TakesBytesThatAreNoUtf8) {
  EXPECT_THAT(report_page({{"path", "a\xff.jpg"}}).text(), HasSubstr("\"a\xef\xbf\xbd.jpg\""));
}

TEST(ReportPage, HoldsItsScriptsAndForbidsRequests) {
  const std::string page = report_page({{"x", 1}}).text();
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<script src")));
  EXPECT_THAT(page, Not(HasSubstr("@[")));
  EXPECT_EQ(page.find(kReportPlace), std::string::npos);
  EXPECT_GT(page.size(), std::size_t{1} << 20);  // the charting library
}

TEST(ReportAssets, FiguresHavePrices) {
  const auto figures = nlohmann::json::parse(asset_figures());
  EXPECT_TRUE(figures.at("prices").contains("us-east-1"));
}

}  // namespace
}  // namespace verger
