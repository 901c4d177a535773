// SPDX-License-Identifier: Apache-2.0
// A socket that servers of tests listen by.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace verger {

// Listens on 127.0.0.1, at a port that is free and that `port` becomes. The caller closes it.
inline int listen_on_loopback(int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener, generic, size), 0);
  EXPECT_EQ(listen(listener, 64), 0);
  EXPECT_EQ(getsockname(listener, generic, &size), 0);
  *port = ntohs(address.sin_port);
  return listener;
}

}  // namespace verger
