// SPDX-License-Identifier: Apache-2.0
#include "web/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace verger {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with what it was sent; "/later" by another thread, "/secret" not at all.
class Echo final : public WebHandler {
 public:
  ~Echo() override { join(); }
  std::optional<WebReply> refuse(const WebRequest& head) override {
    if (head.path == "/secret") return error_reply(401, "No.");
    return std::nullopt;
  }
  void answer(WebRequest request, Done done) override {
    ++answered;
    WebReply reply{.content_type = "text/plain",
                   .body = request.method + ' ' + request.path + '?' + request.query + ' ' +
                           std::string(request.body.begin(), request.body.end())};
    if (request.path != "/later") return done(std::move(reply));
    join();
    later_ = std::thread([reply = std::move(reply), done = std::move(done)] {
      std::this_thread::sleep_for(milliseconds(200));
      done(reply);
    });
  }
  void replied(const WebRequest& /*request*/, int status) override { last_status = status; }
  void join() {
    if (later_.joinable()) later_.join();
  }

  std::atomic<int> answered = 0;
  std::atomic<int> last_status = 0;

 private:
  std::thread later_;
};

class Client {
 public:
  explicit Client(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool send(std::string_view text) const {
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  void half_close() const { shutdown(socket_, SHUT_WR); }
  // All that comes until the server closes, or until it has come to `end`.
  std::string receive(std::string_view end = {}) const {
    std::string all;
    char piece[4096];
    while (end.empty() || !all.ends_with(end)) {
      const ssize_t got = recv(socket_, piece, sizeof piece, 0);
      if (got <= 0) break;
      all.append(piece, static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string ask(std::string_view text) const {
    send(text);
    half_close();
    return receive();
  }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

class Server : public ::testing::Test {
 protected:
  void open(WebLimits limits = {}) {
    auto opened = WebServer::open("127.0.0.1", 0, echo, limits);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    server = std::move(*opened);
    server->start();
  }
  std::string ask(std::string_view text) { return Client(server->port()).ask(text); }

  Echo echo;
  std::unique_ptr<WebServer> server;
};

TEST_F(Server, ARequestIsAnswered) {
  open();
  const std::string answer =
      ask("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nPOST /a?b=c hello"));
}

TEST_F(Server, AConnectionIsKeptAndRequestsMayComeTogether) {
  open();
  const Client client(server->port());
  client.send("GET /later HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 1\r\n\r\nxGET /3 HT");
  EXPECT_THAT(client.receive("POST /2? x"), HasSubstr("GET /later? "));
  client.send("TP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.receive(), AllOf(HasSubstr("Connection: close"), EndsWith("GET /3? ")));
}

TEST_F(Server, ABodyMayComeInChunks) {
  open();
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"),
              EndsWith("POST /? abcdefg"));
}

TEST_F(Server, WhoAsksWhetherToSendIsTold) {
  open({.body = 100});
  const Client client(server->port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.ask("ok"), EndsWith("POST /? ok"));
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(Server, AHeadHasItsBodyAlone) {
  open();
  EXPECT_THAT(ask("HEAD /a HTTP/1.1\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 9\r\n"), EndsWith("\r\n\r\n")));
}

// Each could be two requests to one server and one to another.
TEST_F(Server, WhatServersUnderstandDifferentlyIsRefused) {
  open();
  const std::string hidden = "GET /hidden HTTP/1.1\r\n\r\n";
  for (const std::string& head :
       {"Content-Length: 0\r\nContent-Length: " + std::to_string(hidden.size()),
        std::string("Content-Length: 1\r\nTransfer-Encoding: chunked"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 1"),
        std::string("Transfer-Encoding: gzip"), std::string("Transfer-Encoding: xchunked"),
        std::string("Transfer-Encoding: chunked, gzip"), std::string("Content-Length: -1"),
        std::string("Content-Length: +1"), std::string("Content-Length: 0x1"),
        std::string("Content-Length: 99999999999999999999999"), std::string("Content-Length : 0"),
        std::string("A: b\nContent-Length: 24"), std::string("A\0: b", 5)}) {
    const std::string answer = ask("POST / HTTP/1.1\r\n" + head + "\r\n\r\n" + hidden);
    EXPECT_THAT(answer, Not(HasSubstr("hidden"))) << head;
    EXPECT_THAT(answer, AnyOf(StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.1 501 "))) << head;
  }
  EXPECT_EQ(echo.answered, 0);
}

TEST_F(Server, GarbageIsToldSo) {
  open({.head = 1000});
  for (const std::string& garbage :
       {std::string("hello\r\n\r\n"), std::string("GET / HTTP/3.0\r\n\r\n"), std::string(999, '\0'),
        std::string("\x16\x03\x01\x02\x01\x01\r\n\r\n"),
        "GET / HTTP/1.1\r\nA: " + std::string(5000, 'a') + "\r\n\r\n",
        "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n\r\n"}) {
    EXPECT_THAT(ask(garbage), StartsWith("HTTP/1.1 4")) << garbage.substr(0, 20);
  }
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(echo.answered, 0);
}

TEST_F(Server, WhatIsRefusedByItsHeadIsAnsweredThoughTheBodyGoesOn) {
  open({.body = 1000});
  const std::string body(std::size_t{3} << 20, 'x');
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nContent-Length: 3145728\r\n\r\n" + body),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("\"error\"")));
  EXPECT_EQ(echo.last_status, 413);
  EXPECT_THAT(ask("POST /secret HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"),
              StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(Server, BodiesTogetherHaveALimit) {
  open({.bodies = std::size_t{128} << 10});
  const Client first(server->port());
  first.send("POST / HTTP/1.1\r\nContent-Length: 131072\r\n\r\n" + std::string(100'000, 'x'));
  std::string answer;
  for (int tries = 0; tries < 100 && !answer.starts_with("HTTP/1.1 503"); ++tries) {
    answer = ask("POST / HTTP/1.1\r\nContent-Length: 65536\r\n\r\n" + std::string(65536, 'y'));
  }
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  first.send(std::string(31'072, 'x'));
  EXPECT_THAT(first.receive("xxx"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Server, WhoDripsOrSaysNothingIsCutOff) {
  open({.head_time = milliseconds(150), .body_time = milliseconds(150)});
  const Client silent(server->port());
  const Client head(server->port());
  const Client body(server->port());
  body.send("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 60; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    head.send("G");
    body.send("x");
  }
  for (const Client* client : {&silent, &head, &body}) EXPECT_THAT(client->receive(), IsEmpty());
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Server, PastTheMostConnectionsOthersWait) {
  open({.connections = 2, .head_time = milliseconds(200)});
  const Client one(server->port());
  const Client two(server->port());
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_LE(server->connections(), 2U);
}

TEST_F(Server, StoppingFinishesWhatRuns) {
  open();
  const Client idle(server->port());
  const Client busy(server->port());
  busy.send("GET /later HTTP/1.1\r\n\r\n");
  while (echo.answered == 0) std::this_thread::yield();
  server->stop();
  EXPECT_THAT(busy.receive(), AllOf(HasSubstr("Connection: close"), EndsWith("GET /later? ")));
  EXPECT_THAT(idle.receive(), IsEmpty());
}

TEST_F(Server, StoppingHasAnEnd) {
  open({.stop_time = milliseconds(100)});
  const Client busy(server->port());
  busy.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nx");
  EXPECT_THAT(ask("GET / HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  server->stop();
  server.reset();
  EXPECT_THAT(busy.receive(), IsEmpty());
}

TEST_F(Server, APlaceThatIsTakenOrNoneIsRefused) {
  open();
  const auto taken = WebServer::open("127.0.0.1", server->port(), echo, {});
  ASSERT_FALSE(taken.ok());
  EXPECT_THAT(taken.error().message(), HasSubstr("already in use"));
  EXPECT_FALSE(WebServer::open("no.such.host.invalid", 0, echo, {}).ok());
}

}  // namespace
}  // namespace verger
