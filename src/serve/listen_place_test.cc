// SPDX-License-Identifier: Apache-2.0
#include "serve/listen_place.h"

#include <gtest/gtest.h>

namespace verger {
namespace {

TEST(ListenPlace, HostsAndPortsAreTold) {
  for (const auto& [text, host, port] :
       {std::tuple("127.0.0.1:8080", "127.0.0.1", 8080), std::tuple("0.0.0.0:0", "0.0.0.0", 0),
        std::tuple("[::1]:65535", "::1", 65535),
        std::tuple("fruit.example:80", "fruit.example", 80)}) {
    const auto place = ListenPlace::parse(text);
    ASSERT_TRUE(place.ok()) << text;
    EXPECT_EQ(place->host, host);
    EXPECT_EQ(place->port, port);
  }
  EXPECT_EQ(ListenPlace::parse("[::1]:0")->url(81), "http://[::1]:81/");
  EXPECT_EQ(ListenPlace::parse("localhost:0")->url(81), "http://localhost:81/");
}

TEST(ListenPlace, WhatIsNoneIsRefused) {
  for (const char* text : {"", "8080", ":8080", "localhost", "localhost:", "localhost:x",
                           "localhost:65536", "localhost:-1", "::1:80", "localhost:80 "}) {
    const auto place = ListenPlace::parse(text);
    ASSERT_FALSE(place.ok()) << text;
    EXPECT_EQ(place.error().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(place.error().message().find("listen must be HOST:PORT"), std::string::npos);
  }
}

}  // namespace
}  // namespace verger
